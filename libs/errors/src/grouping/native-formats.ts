import { isOwnFrame } from './foreign-code.js';
import type { Place } from './place.js';

/** Rust without a stack: `thread 'main' panicked at src/cart.rs:42:9:`. */
const PANICKED =
  /^thread '.{0,100}' (?:\(\d{1,9}\) )?panicked at (?:'.{0,600}', )?([^\s:]{1,400}):(\d{1,9}):\d{1,9}:?$/;

/** Rust: `   2: shop::cart::total` with `at ./src/cart.rs:42:9` on the next line. */
export function rust(lines: readonly string[], index: number): Place | undefined {
  const [, where, at] = PANICKED.exec(lines[index] ?? '') ?? [];
  if (where === undefined) return inBacktrace(lines, index);
  const place = { file: where, line: numberOf(at) };
  // The backtrace tells it by its function; where it does not reach the program, the line above is all there is.
  const isToldBelow = isOwnFrame(place) && lines.some((_, below) => isOwnFunction(inBacktrace(lines, below)));
  return isToldBelow ? undefined : place;
}

function isOwnFunction(place: Place | undefined): boolean {
  return place?.module !== undefined && isOwnFrame(place);
}

function inBacktrace(lines: readonly string[], index: number): Place | undefined {
  const name = /^\s{0,6}\d{1,4}:\s{1,4}(?:0x[0-9a-f]{1,16} - )?(\S.{0,600})$/.exec(lines[index] ?? '')?.[1];
  if (name === undefined) return undefined;
  const [, file, row] = /^\s{4,20}at (\S.{0,600}?):(\d{1,9})(?::\d{1,9})?$/.exec(lines[index + 1] ?? '') ?? [];
  if (file === undefined && !name.includes('::')) return undefined;
  const path = withoutTypes(plainName(name));
  const last = path.lastIndexOf('::');
  const owner = last === -1 ? {} : { module: path.slice(0, last) };
  return { ...owner, function: path.slice(last === -1 ? 0 : last + 2), file, line: numberOf(row) };
}

/** `load::<shop::Csv>::{closure#0}` without what it was made for. */
function withoutTypes(path: string): string {
  return path.replace(/::<[^<>]{0,300}(?:<[^<>]{0,200}>[^<>]{0,100}){0,4}>|::\{[a-z_]{1,20}#\d{1,4}\}/g, '');
}

/** The number of a frame: gdb, sanitizers and Dart print `#3`, lldb `frame #3:`, Android `#03 pc`. */
const NUMBER = /^\s{0,16}(?:\* )?(?:frame )?#\d{1,4}:?\s{1,8}(?:(?:pc |0x)[0-9a-f]{4,16}\s{1,4})?(?:in )?(?=\S)/;

/** `name (args) at file:42`, `name file:42:5`, `name (package:shop/cart.dart:42:5)`. */
const WITH_FILE =
  /^(.{1,600}?) (?:at |\()?((?:(?:package|dart):|[A-Za-z]:(?=[\\/]))?[^\s:()]{1,400}):(\d{1,9})(?::\d{1,9})?\)?$/;

/** `/data/app/lib/libshop.so (name+40)`. */
const BEHIND_LIBRARY = /^(\/\S{1,400}) \((.{1,400}?)\+\d{1,9}\)/;

/** `name (args) from /lib/libc.so.6`, `name (/lib/libc.so.6+0x23d09)`. */
const IN_LIBRARY = /^(.{1,600}?) (?:from |\()(\/[^\s()+]{1,400})(?:\+0x[0-9a-f]{1,16}\))?(?: \(BuildId: \w{1,80}\))?$/;

/** Stacks of compiled code whose frames have numbers. */
export function numbered(lines: readonly string[], index: number): Place | undefined {
  const line = lines[index] ?? '';
  const head = NUMBER.exec(line)?.[0];
  if (head === undefined) return undefined;
  const text = line.slice(head.length).trimEnd();
  const [, name, file, row] = WITH_FILE.exec(text) ?? IN_LIBRARY.exec(text) ?? [];
  if (name !== undefined) return { function: plainName(name), file, line: numberOf(row) };
  const [, library, inLibrary] = BEHIND_LIBRARY.exec(text) ?? [];
  if (inLibrary !== undefined) return { function: plainName(inLibrary), file: library };
  return /^[\w:~<>$.]{1,400} ?\(/.test(text) ? { function: plainName(text) } : undefined;
}

/** A function without its binary, its arguments and what compilers add. */
function plainName(name: string): string {
  const plain = name
    .slice(name.indexOf('`') + 1)
    .replaceAll('(anonymous namespace)', '<anonymous>')
    .replace(/::h[0-9a-f]{16}$/, '')
    .replaceAll('::{{closure}}', '');
  const open = plain.indexOf('(', plain.includes('operator()') ? plain.indexOf('operator()') + 10 : 1);
  return (open === -1 ? plain : plain.slice(0, open)).trim();
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
