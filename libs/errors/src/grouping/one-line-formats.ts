import type { Place } from './place.js';

/** Stacks whose frames are a line each, by what is named in it: `name` (`symbol` with its parameters), `file`, `row`, `module`. */
const LINES: readonly RegExp[] = [
  // Elixir: `(shop 0.1.0) lib/shop/cart.ex:42: Shop.Cart.total/1`.
  /^\s{2,8}(?:\([\w-]{1,60} [\w.+-]{1,40}\) )?(?<file>\S{1,400}\.(?:exs?|erl)):(?<row>\d{1,9}): (?:anonymous fn\/\d{1,3} in )?(?<module>[\w.:]{1,300})\.(?<name>[\w!?-]{1,200})\/\d{1,3}$/,
  // Apple: `1   Shop   0x0000000100a1c2d4 Cart.total() + 32 (Cart.swift:32)`; what calls the function is in the image `Shop`.
  /^\s{0,4}\d{1,3}\s{1,4}(?<file>\S{1,60})\s{1,60}0x[0-9a-f]{8,16} (?<symbol>\S.{0,902}?) \+ \d{1,9}(?: \([^()]{1,300}\))?$/,
  // `backtrace_symbols` of C: `./shop(_ZN4Cart5totalEv+0x2a) [0x55d0c1a2b3f4]`.
  /^(?<file>\S{1,400})\((?<name>[^()+]{1,400})\+0x[0-9a-f]{1,16}\) ?\[0x[0-9a-f]{1,16}\]$/,
  // Perl: `Shop::Cart::total(HASH(0x55d0), 4) called at /srv/shop/run.pl line 42`.
  /^\s{1,8}(?<name>[\w:]{1,300})\(.{0,600}\) called at (?<file>\S{1,400}) line (?<row>\d{1,9})\.?$/,
  // Lua: `cart.lua:42: in function 'total'`.
  /^\s{1,8}(?:\.{3})?(?<file>[^\s:]{1,400}):(?<row>\d{1,9}): in (?:(?:function|method|local|upvalue|field|global) )?(?<name>main chunk|['<]?[\w.:]{1,200})/,
  // OCaml: `Called from Cart.total in file "src/cart.ml", line 42, characters 5-19`.
  /^(?:Raised|Re-raised|Called)(?: by primitive operation)? (?:at|from) (?<name>\S{1,300}) in file "(?<file>[^"]{1,400})"(?: \(inlined\))?, lines? (?<row>\d{1,9})/,
  // Haskell: `total, called at src/Cart.hs:42:13 in shop-0.1:Cart`.
  /^\s{2,8}(?<name>\S{1,300}), called at (?<file>\S{1,400}\.l?hs):(?<row>\d{1,9}):\d{1,9} in /,
  // PowerShell: `at Get-Total, C:\scripts\cart.ps1: line 42`.
  /^\s{0,8}at (?<name>[^,]{1,200}), (?<file>[^:]{0,2}:?[^:]{1,400}): line (?<row>\d{1,9})$/,
];

/** A frame of the languages above. */
export function onOneLine(lines: readonly string[], index: number): Place | undefined {
  const line = lines[index] ?? '';
  // Each names a line or an address; most lines that are no frames do not.
  if (!/\d/.test(line)) return undefined;
  for (const pattern of LINES) {
    const found = pattern.exec(line)?.groups;
    if (!found) continue;
    const { symbol, file, row, module, name = symbol && nameOf(symbol) } = found;
    if (symbol !== undefined && name === undefined) continue;
    return { function: name, file, module, line: row === undefined ? undefined : Number(row) };
  }
  return undefined;
}

const LONGEST_NAME = 601;
/** With the parentheses. */
const LONGEST_PARAMETERS = 302;

/** A symbol without its parameters; found here, as a pattern would try each parenthesis with each end. `undefined` when it is too long for a name. */
function nameOf(symbol: string): string | undefined {
  const first = Math.max(1, symbol.length - LONGEST_PARAMETERS);
  const open = symbol.endsWith(')') ? symbol.indexOf('(', first) : -1;
  const name = open === -1 ? symbol : symbol.slice(0, open);
  return name.length > LONGEST_NAME ? undefined : name;
}
