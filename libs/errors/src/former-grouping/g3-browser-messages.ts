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
  [/^(?:Assignment to constant variable\.?|invalid assignment to const .{1,200})$/, 'a constant is assigned to'],
  [
    /^(?:Cannot access '.{1,200}' before initialization|can't access lexical declaration .{1,200} before initialization|Cannot access uninitialized variable\.?)$/,
    'a variable is used before it is there',
  ],
  [/^(?:undefined|null) is not a function \(near '\.{3}.{1,300}$/, 'undefined is not iterable'],
  [
    /^(?:Cannot convert undefined or null to object|can't convert (?:undefined|null) to object)$/,
    'nothing is no object',
  ],
  [
    /^(?:Converting circular structure to JSON\b.{0,800}|cyclic object value|JSON\.stringify cannot serialize cyclic structures\.?)$/s,
    'JSON of a circle',
  ],
  [
    /^(?:The user aborted a request\.?|(?:The|This) operation was aborted\.?|signal is aborted without reason|Fetch is aborted|Request aborted)$/,
    'the request was aborted',
  ],
  [
    /^(?:Failed to execute '(removeChild|insertBefore|replaceChild)' on 'Node'|Node\.(removeChild|insertBefore|replaceChild)): .{1,300}$/,
    'the node of $1$2 is not there',
  ],
  [/^(?:Maximum call stack size exceeded\.?|too much recursion)$/, 'the stack is too deep'],
  [
    /^ResizeObserver loop (?:limit exceeded|completed with undelivered notifications\.?)$/,
    'the loop of ResizeObserver',
  ],
];

/** The message in words that are the same for every engine. */
export function inCommonWords(message: string): string {
  const words = message.trim();
  for (const [pattern, common] of SAME_IN_OTHER_WORDS) {
    if (pattern.test(words)) return words.replace(pattern, common);
  }
  return message;
}
