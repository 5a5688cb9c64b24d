import type { Place } from './place.js';
import { numbered, rust } from './native-formats.js';
import { onOneLine } from './one-line-formats.js';

/** How a runtime prints its stacks. */
interface StackFormat {
  /** The frame of a line, which may need its neighbours; `undefined` when the line is none. */
  readonly read: (lines: readonly string[], index: number) => Place | undefined;
  /** The failure's own place stands at the end. */
  readonly isLastFirst?: boolean;
}

const POSITION = /:(\d{1,9})(?::(\d{1,9}))?$/;

/** A file with line and column behind it. */
function placed(text: string, name: string | undefined): Place {
  const [row, column] = POSITION.exec(text)?.slice(1) ?? [];
  return { function: name, file: text.replace(POSITION, ''), line: toNumber(row), column: toNumber(column) };
}

function toNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

const PYTHON = /^\s{0,16}(?:\| {1,8})?File "([^"]+)", line (\d{1,9})(?:, in (.+))?$/;

function python(lines: readonly string[], index: number): Place | undefined {
  const match = PYTHON.exec(lines[index] ?? '');
  if (!match) return undefined;
  const [, file, row, name] = match;
  const next = lines[index + 1];
  const hasSource = next !== undefined && /^\s{4,}\S/.test(next) && !PYTHON.test(next);
  return { function: name, file, line: Number(row), source: hasSource ? next.trim().slice(0, 120) : undefined };
}

/** `at [loader/]com.example.Orders.pay(Orders.java:42)`: no blank before the bracket, a file or a mark in it. */
const JAVA =
  /^\s{0,16}at ([\w$<>/@.-]{3,600})\(((?:[\w$. -]{1,200}\.(?:java|kt|kts|scala|groovy|clj)|Unknown Source|Native Method|<generated>|SourceFile|Unknown)(?::(-?\d{1,9}))?)\)(?: ~?\[.*)?$/;

function java(lines: readonly string[], index: number): Place | undefined {
  const [, qualified = '', place = '', row] = JAVA.exec(lines[index] ?? '') ?? [];
  if (qualified === '') return undefined;
  // A module or a class loader stands before a slash, and so does the number of a lambda's class behind it.
  const lambda = qualified.indexOf('$$Lambda');
  const named = lambda === -1 ? qualified.slice(qualified.lastIndexOf('/') + 1) : qualified;
  const dot = named.lastIndexOf('.');
  if (dot === -1) return undefined;
  return {
    module: named.slice(0, dot),
    function: named.slice(dot + 1),
    file: place.replace(/:-?\d{1,9}$/, ''),
    line: row === undefined ? undefined : Math.max(0, Number(row)),
  };
}

/** `at Shop.Orders.Pay(Cart cart)`: no blank before the bracket, types in it. The word before it is one of the runtime's language. */
const DOTNET =
  /^\s{0,16}(?:at|bei|à|en|в|em|in|w|v|vid|ved|bij|場所|在|於|konum:|위치:) ([\w\u00c0-\u024f\u0400-\u04ff.<>+`|[\],$]{1,400})\(([^()]{0,600})\)(?=$| )/;

/** ` in /src/Orders.cs:line 42`, ` in C:\Orders.cs:Zeile 42.`: the same in each language. */
const DOTNET_FILE = /^ \S{1,12} (.{1,600}):\D{1,14}(\d{1,9})\.?$/;

/** Mono and Unity: `at Shop.Orders.Pay (Cart cart) [0x00012] in <8a2f>:0`, `Shop.Orders:Pay (Cart) (at Assets/Orders.cs:42)`. */
const MONO =
  /^\s{0,16}(?:at )?([\w.<>+`|[\],$:]{3,400}) ?\(([^()]{0,600})\) (?:\[0x[0-9a-f]{1,8}\] in |\(at )([^()]{1,600}):(\d{1,9})\)?\s?$/;

function framed(line: string): (string | undefined)[] | undefined {
  const found = DOTNET.exec(line);
  const rest = found ? line.slice(found[0].length) : '';
  const [, file, row] = DOTNET_FILE.exec(rest) ?? [];
  return found === null || (rest !== '' && file === undefined) ? undefined : [...found.slice(0, 3), file, row];
}

function dotnet(lines: readonly string[], index: number): Place | undefined {
  const line = lines[index] ?? '';
  const [, named = '', , file, row] = framed(line) ?? (/\) [[(]/.test(line) ? MONO.exec(line) : null) ?? [];
  const qualified = named.replace(':', '.');
  if (!qualified.includes('.')) return undefined;
  const made = /\.<{1,4}([\w.]{0,200})>(?:g__(\w{1,200})\|)?/.exec(qualified);
  if (made) {
    // The compiler's own classes: the method they were made from says more.
    const rest = qualified.slice(made.index);
    const method = /<([\w.]{1,200})>/.exec(rest)?.[1] ?? made[1];
    const local = /g__(\w{1,200})\|/.exec(rest)?.[1];
    return { module: qualified.slice(0, made.index), function: local ?? method, file, line: toNumber(row) };
  }
  const plain = qualified.replace(/\[[^\]]{0,200}\]$/, '');
  const dot = plain.endsWith('ctor') ? plain.lastIndexOf('.', plain.length - 6) : plain.lastIndexOf('.');
  return { module: plain.slice(0, dot), function: plain.slice(dot + 1), file, line: toNumber(row) };
}

/** V8 and Hermes: `at function (place)`, or the place alone; a place is a file with line and column, and may have brackets of its own. */
function v8(lines: readonly string[], index: number): Place | undefined {
  const line = lines[index] ?? '';
  const head = /^\s{0,16}at /.exec(line)?.[0];
  if (head === undefined) return undefined;
  const text = line.slice(head.length).trimEnd();
  const open = text.endsWith(')') ? text.indexOf(' (') : -1;
  const written = (open === -1 ? text : text.slice(open + 2, -1)).replace(/^address at /, '');
  // Code that was made from text: the place that made it.
  const place = written.startsWith('eval at ')
    ? (/\(([^()]{1,1000}:\d{1,9}:\d{1,9})\)/.exec(written)?.[1] ?? written)
    : written;
  const found = placed(place, open === -1 ? undefined : text.slice(0, open));
  const isPlace = found.line !== undefined || /^(?:native|<anonymous>|index \d{1,9})$/.test(place);
  // Messages have lines that begin alike: ` at [Source: (String)"…"; line: 1]`, ` at Row 5 (column 3)`.
  const isFrame = open === -1 ? isPlace && isBalanced(place) : isPlace || !/[\s"]/.test(place);
  return found.file !== '' && isFrame ? found : undefined;
}

function isBalanced(text: string): boolean {
  return text.split('(').length === text.split(')').length;
}

/** SpiderMonkey and JavaScriptCore: `function@place`, where the place ends with line and column or is native. */
function gecko(lines: readonly string[], index: number): Place | undefined {
  const line = (lines[index] ?? '').trim();
  const at = line.indexOf('@');
  const place = line.slice(at + 1);
  if (
    at === -1 ||
    /\s/.test(
      line.slice(0, at).replace(/^(?:[a-zA-Z]{3,30} (?:handler|callback)\*|(?:global|module|eval) code|get |set )/, ''),
    )
  )
    return undefined;
  if (place === '[native code]') return { function: line.slice(0, at), file: place };
  if (!/:\d{1,9}:\d{1,9}$/.test(place)) return undefined;
  return placed(place, at === 0 ? undefined : line.slice(0, at));
}

/** PHP says where it was thrown above the stack, which begins with the caller. */
const THROWN_IN = /(?: in | at )((?:[A-Za-z]:)?[\\/][^:]{1,600}\.(?:php|phtml|inc)):(\d{1,9})\)?$/;

/** PHP could not read a file, which has no stack. */
const UNREADABLE = / in ((?:[A-Za-z]:)?[\\/][^:]{1,600}) on line (\d{1,9})$/;

/** PHP: `#0 /srv/shop/src/Cart.php(42): Shop\Cart->pay(Object(Order))`. */
function php(lines: readonly string[], index: number): Place | undefined {
  if (/^\[?stack ?trace[:\]]$/i.test((lines[index + 1] ?? '').trim())) {
    const [, file, row] = THROWN_IN.exec(lines[index] ?? '') ?? [];
    return file === undefined ? undefined : { file, line: toNumber(row) };
  }
  if (/^(?:PHP )?Parse error: /.test(lines[index] ?? '')) {
    const [, file, row] = UNREADABLE.exec(lines[index] ?? '') ?? [];
    return file === undefined ? undefined : { file, line: toNumber(row) };
  }
  const rest = /^\s{0,16}#\d{1,4} (?=\S)/.exec(lines[index] ?? '');
  const text = rest ? (lines[index] ?? '').slice(rest[0].length) : '';
  const colon = text.indexOf('): ');
  const isInternal = text.startsWith('[internal function]: ');
  if (colon === -1 && !isInternal) return undefined;
  const place = isInternal ? '[internal function]' : text.slice(0, colon + 1);
  const call = text.slice(isInternal ? 21 : colon + 3);
  const [, row] = /\((\d{1,9})\)$/.exec(place) ?? [];
  return {
    function: withoutNameOfClosure(withoutPlaceOfClass(call.split('(')[0] ?? '')),
    file: place.replace(/\(\d{1,9}\)$/, ''),
    line: toNumber(row),
  };
}

/** `Cart->Shop\{closure}`, `{closure:Shop\Cart::pay():4}`: releases of PHP call closures by other names. */
function withoutNameOfClosure(name: string): string {
  const at = name.indexOf('{closure');
  if (at === -1) return name;
  const owner = name.slice(0, at);
  const arrow = Math.max(owner.lastIndexOf('->'), owner.lastIndexOf('::'));
  return `${arrow === -1 ? '' : owner.slice(0, arrow + 2)}{closure}`;
}

/** `class@anonymous/app/src/Pay.php:12$0->handle`: an anonymous class is called by where it was written. */
function withoutPlaceOfClass(name: string): string {
  const at = name.indexOf('@anonymous');
  const arrow = Math.max(name.lastIndexOf('->'), name.lastIndexOf('::'));
  return at === -1 || arrow < at ? name : name.slice(0, at + 10) + name.slice(arrow);
}

/** Go: the function on one line, file and line indented on the next. */
function go(lines: readonly string[], index: number): Place | undefined {
  const match = /^\s{1,16}(\S.{0,1000}\.(?:go|s)):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?$/.exec(lines[index] ?? '');
  if (!match) return undefined;
  const [, file, row] = match;
  const above = (lines[index - 1] ?? '').replace(/^created by /, '').replace(/ in goroutine \d{1,9}$/, '');
  return { function: withoutTypes(above.replace(/\([^()]{0,600}\)$/, '').trim()), file, line: Number(row) };
}

/** `Map[go.shape.int]` and `(*List[...]).Push` without what they were made for. */
function withoutTypes(name: string): string {
  const [open, close] = [name.indexOf('['), name.lastIndexOf(']')];
  return open === -1 || close < open ? name : name.slice(0, open) + name.slice(close + 1);
}

/** Ruby: ``app/cart.rb:42:in `pay'``, with `from` before all but the first. */
function ruby(lines: readonly string[], index: number): Place | undefined {
  const line = (lines[index] ?? '').trim().replace(/^(?:\d{1,4}: )?from /, '');
  const [, file, row, name] =
    /^([^:\s][^:]{0,600}(?::[\\/][^:]{1,600})?\.(?:rb|erb|rake|ru|haml|slim)|<internal:[\w/.-]{1,100}>|\(irb\)):(\d{1,9})(?::in [`'"](.{1,300}?)['"](?:: .*)?)?$/.exec(
      line,
    ) ?? [];
  return file === undefined ? undefined : { function: name, file, line: toNumber(row) };
}

/** The formats, those that are told by more first. */
export const STACK_FORMATS: readonly StackFormat[] = [
  { read: python, isLastFirst: true },
  { read: java },
  { read: dotnet },
  { read: rust },
  { read: v8 },
  { read: php },
  { read: go },
  { read: ruby },
  { read: gecko },
  { read: numbered },
  { read: onOneLine },
];
