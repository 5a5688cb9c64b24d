/**
 * Engines say the same in other words: V8 (Chrome, Node), SpiderMonkey (Firefox), JavaScriptCore (Safari). Each pattern takes what
 * the engines say, the common words stand for all of them; `$1` is the property.
 */
const SAME_IN_OTHER_WORDS: readonly (readonly [pattern: RegExp, common: string])[] = [
  [
    /^Cannot read propert(?:y|ies) (?:'([^']{1,100})' )?of (?:undefined|null)(?: \(reading '([^']{1,100})'\))?$/,
    'no property "$1$2" of nothing',
  ],
  [/^can't access property "([^"]{1,100})", .{1,300} is (?:undefined|null)$/, 'no property "$1" of nothing'],
  [
    /^(?:undefined|null) is not an object \(evaluating '[^']{0,200}?[.[]"?([\w$]{1,100})"?\]?(?:\([^']{0,100})?'\)$/,
    'no property "$1" of nothing',
  ],
  [
    /^Cannot set propert(?:y|ies) (?:'([^']{1,100})' )?of (?:undefined|null)(?: \(setting '([^']{1,100})'\))?$/,
    'no property "$1$2" of nothing to set',
  ],
  [/^(.{1,200}) is not iterable \(cannot read property Symbol\(Symbol\.iterator\)\)$/, '$1 is not iterable'],
  [/^(.{1,200}) is not a function\. \(In '.{1,400}$/, '$1 is not a function'],
  [/^Can't find variable: ([\w$]{1,100})$/, '$1 is not defined'],
  [
    /^(?:Failed to fetch|NetworkError when attempting to fetch resource\.?|Load failed|Network request failed|fetch failed)$/,
    'the network failed to fetch',
  ],
  [
    /^(?:Failed to fetch|error loading) dynamically imported module\b.{0,500}$|^Importing a module script failed\.?$/,
    'a module cannot be loaded',
  ],
  [/^Loading (?:CSS )?chunk [\w-]{1,200} failed\b.{0,800}$/, 'a chunk cannot be loaded'],
  [
    /^(?:Unexpected end of JSON input|JSON\.parse: unexpected end of data\b.{0,100}|JSON Parse error: Unexpected EOF)$/,
    'JSON ends too early',
  ],
  [
    /^(?:Unexpected (?:token|non-whitespace character)\b.{0,300}\bJSON\b.{0,60}|.{0,300}\bis not valid JSON|JSON\.parse: .{1,200}|JSON Parse error: .{1,200})$/,
    'no JSON',
  ],
  [/^(?:Maximum call stack size exceeded\.?|too much recursion)$/, 'the stack is too deep'],
  [
    /^ResizeObserver loop (?:limit exceeded|completed with undelivered notifications\.?)$/,
    'the loop of ResizeObserver',
  ],
];

/** The message in words that are the same for every engine. */
export function inCommonWords(message: string): string {
  for (const [pattern, common] of SAME_IN_OTHER_WORDS) {
    if (pattern.test(message)) return message.replace(pattern, common);
  }
  return message;
}
