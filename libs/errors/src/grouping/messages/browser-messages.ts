/**
 * Engines say the same in other words: V8 (Chrome, Node), SpiderMonkey (Firefox), JavaScriptCore (Safari). Each pattern takes what
 * the engines say, the common words stand for all of them; `$1` is the property.
 */
const SAME_IN_OTHER_WORDS: readonly (readonly [pattern: RegExp, common: string])[] = [
  // Hermes.
  [/^Property '([\w$]{1,100})' doesn't exist$/, '$1 is not defined'],
  [/^(?:undefined|null) is not a function \(evaluating '([\w$.]{1,200})\(.{0,400}'\)$/, '$1 is not a function'],
  [/^.{1,200} is not a constructor \(evaluating 'new ([\w$.]{1,200})(?:\(.{0,400})?'\)$/, '$1 is not a constructor'],
  [
    /^(?:Failed to execute 'setItem' on 'Storage': .{1,400} exceeded the quota\.?|The quota has been exceeded\.?|Persistent storage maximum size reached)$/,
    'the storage is full',
  ],
  // Swift says where its own library failed, which moves from release to release.
  [/^Swift\/\w{1,60}\.swift:\d{1,6}: (.{1,900})$/, '$1'],
  // Android: the package differs from build to build, the class does not.
  [/^(Unable to [a-z]{3,20} [a-z]{3,20} )(?:ComponentInfo)?\{[\w.]{1,200}\/([\w.$]{1,200})\}/, '$1$2'],
  [/^(Fragment \w{1,100})\{[0-9a-f]{4,16}\} \([^()]{1,200}\)(?: id=\w{1,20})?(?: tag=\S{1,100})? /, '$1 '],
  // Ruby before 3.3 and since.
  [/^(undefined (?:local variable or )?method .{1,100}?) for nil(?::NilClass)?(?=\s|$)/, '$1 for nil'],
  [
    /^(undefined (?:local variable or )?method .{1,100}?) for (?:an instance of |#<)([A-Z]\w{0,60}(?:::\w{1,60}){0,6})(?::0x[0-9a-f]{1,16}.{0,300})?>?$/,
    '$1 for $2',
  ],
  // Which byte it was, and whether it may begin or go on a character, is of what was read: Python, Ruby, Rust, PHP.
  [/^('[\w-]{1,40}' codec can't (?:de|en)code) (?:byte|character|surrogate)s? .{1,300}$/, '$1'],
  [
    /^(?:incomplete )?"[^\n]{1,200}"(?: (?:followed by|to \S{1,40} in conversion from|from) .{1,200}?)? (on|to) ([\w-]{1,40})$/,
    'bytes $1 $2',
  ],
  [/^(?:invalid|incomplete) utf-8 (?:byte )?sequence\b.{0,100}$/, 'no UTF-8'],
  [
    /^(iconv\(\): Detected an )(?:illegal character|incomplete multibyte character)( in input string)$/,
    '$1odd character$2',
  ],
  [/^(Unable to translate )(?:bytes|Unicode character) .{1,200}? ((?:from|to) specified code page)\b/, '$1data $2'],
  // .NET Framework and Core.
  [/^The input string '.{0,300}' was not in a correct format\.$/, 'Input string was not in a correct format.'],
  [/^(?:\d{1,5}: )?unexpected (?:token at|character:) .{1,900}$/s, 'no JSON'],
  [/^bad URI ?\(is not URI\?\): .{1,900}$/s, 'bad URI'],
  [/^(?:Could not parse '.{1,200}': )?.{0,60}Failed to parse time string \(.{1,600}$/s, 'no time'],
  [
    /^(?:Argument (\d{1,3}) passed to [\w\\:]{1,200}\(\)|[\w\\:]{1,200}\(\): Argument #(\d{1,3}) \(\$\w{1,100}\)) must be .{1,400}$/,
    'Argument #$1$2 must be of another type',
  ],
  [/^(?:The s|S)tring '.{0,300}' was not recognized as a valid DateTime\..{0,300}$/, 'the string is no date'],
  // Of sockets, on Linux and on Windows.
  [
    /^(?:Connection refused|No connection could be made because the target machine actively refused it\.?)(?: [([].{1,300}[)\]])?$/,
    'connection refused',
  ],
  // SQL Server names what was locked.
  [/^Transaction \(Process ID \d{1,9}\) was deadlocked on .{1,500}$/, 'a transaction was deadlocked'],
  // Which index it was is the case at hand.
  [/^(runtime error: (?:index|slice bounds) out of range) .{1,200}$/, '$1'],
  // Java 8 and later.
  [/^(For input string: ".{0,300}") under radix \d{1,2}$/, '$1'],
  [/^([\w.-]{1,253}): Name or service not known$/, '$1'],
  // PHP 7 and 8.
  [
    /^Invalid argument supplied for foreach\(\)$|^foreach\(\) argument must be of type .{1,200}$/,
    'foreach of no array',
  ],
  [/^Trying to get property '([^']{1,100})' of non-object$/, 'Attempt to read property "$1" on null'],
  // Java 8 and 11.
  [
    /^(?:class )?([\w.$[;]{1,200}) cannot be cast to (?:class )?([\w.$[;]{1,200})(?: \(.{1,800}\))?$/,
    '$1 cannot be cast to $2',
  ],
  // Go 1.17 and 1.18.
  [/^interface conversion: \w{3} is /, 'interface conversion: interface {} is '],
  [
    /^Cannot read propert(?:y|ies) (?:'([^']{1,100})' )?of (?:undefined|null)(?: \(reading '([^']{1,100})'\))?$/,
    'no property "$1$2" of nothing',
  ],
  [/^can't access property "([^"]{1,100})", .{1,300} is (?:undefined|null)$/, 'no property "$1" of nothing'],
  [
    /^(?:undefined|null) is not an object \(evaluating '[^']{0,200}[.[]"?([\w$]{1,100})"?\]?(?:\([^']{0,100}\))?'\)$/,
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
  [
    /^(?:Maximum call stack size exceeded\.?(?: \(native stack depth\))?|too much recursion|maximum recursion depth exceeded\b.{0,100})$/,
    'the stack is too deep',
  ],
  [
    /^(?:Cannot assign to read only property '([^']{1,100})' of .{1,300}|"([^"]{1,100})" is read-only)$/,
    'property "$1$2" is read-only',
  ],
  [
    /^(?:Cannot add property ([\w$]{1,100}), object is not extensible|can't define property "([^"]{1,100})": .{1,300} is not extensible)$/,
    'property "$1$2" of a closed object',
  ],
  [
    /^(?:Cannot use 'in' operator to search for .{1,300} in .{0,300}|right-hand side of 'in' should be an object, got .{1,100}|.{1,300} is not an Object\. \(evaluating '.{1,300} in .{1,300}'\))$/s,
    'no object to look into',
  ],
  [
    /^ResizeObserver loop (?:limit exceeded|completed with undelivered notifications\.?)$/,
    'the loop of ResizeObserver',
  ],
];

/** Whether any of them can match: one look instead of one for each. */
const ANY = new RegExp(SAME_IN_OTHER_WORDS.map(([{ source }]) => `(?:${source})`).join('|'), 's');

/** The message in words that are the same for every engine. */
export function inCommonWords(message: string): string {
  const words = message.trim();
  if (!ANY.test(words)) return message;
  for (const [pattern, common] of SAME_IN_OTHER_WORDS) {
    if (pattern.test(words)) return words.replace(pattern, common);
  }
  return message;
}
