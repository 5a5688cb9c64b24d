/**
 * Takes secrets out of what is logged or reported. By key (a field named like a secret) and by value (text that looks
 * like one), at any depth, in messages and stacks too.
 *
 * Keys are split into words, so that `userPassword` and `x-api-key` match while `author`, `tokenCount` and `monkey` do not.
 */

export const REDACTED = '***REDACTED***';

const SECRET_WORDS = new Set(
  (
    'password passwd pwd passphrase passcode secret secrets token tokens jwt bearer authorization auth apikey credential ' +
    'credentials privatekey otp totp cvv cvc pin ssn cookie cookies csrf xsrf sid sessionid phpsessid saml sso signature'
  ).split(' '),
);

const SECRET_PAIRS = new Set([
  'api key',
  'private key',
  'access key',
  'secret key',
  'signing key',
  'encryption key',
  'session id',
  'session key',
  'two factor',
  'mysql pwd',
  'set cookie',
  'card number',
  'credit card',
  'account number',
]);

/** Keys that contain a secret word and are none. */
const HARMLESS_KEY =
  /^(auth(enticat[a-z]*|ors?|ority|orities|orname|orid)|authtype|authmethod|isauthenticated|tokentype|[a-z]*tokens|tokens?(count|in|out|today|used|limit)|max[a-z]*tokens?|pinned)$/;

const MAX_DEPTH = 20;

/** Whether a field of this name holds a secret. */
export function isSecretKey(key: string): boolean {
  return remembered(secretKeys, key, judgeKey);
}

/** Names of fields are few and come again and again; texts from outside must not fill the memory, though. */
const MAX_REMEMBERED = 2_000;
const secretKeys = new Map<string, boolean>();
const shownKeys = new Map<string, string>();

function remembered<T>(memory: Map<string, T>, key: string, judge: (key: string) => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const verdict = judge(key);
  if (memory.size < MAX_REMEMBERED) memory.set(key, verdict);
  return verdict;
}

function judgeKey(key: string): boolean {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const joined = words.join('');
  if (HARMLESS_KEY.test(joined)) return false;
  if (/password|passwd|secret|apikey/.test(joined)) return true;
  return words.some((word, index) => SECRET_WORDS.has(word) || SECRET_PAIRS.has(`${word} ${words[index + 1] ?? ''}`));
}

interface ValueRule {
  /** A cheap test that lets most text pass at once. */
  hint: RegExp;
  pattern: RegExp;
  replace: string | ((match: string, ...groups: string[]) => string);
}

/** Order matters: the widest forms first, so that a later rule does not cut into them. */
const VALUE_RULES: readonly ValueRule[] = [
  {
    hint: /-----BEGIN/,
    pattern: /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
    replace: REDACTED,
  },
  { hint: /:\/\//, pattern: /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@]*):[^\s/?#]+@/gi, replace: `$1:${REDACTED}@` },
  {
    // Headers as text: all of them up to the end of the line, whatever scheme or names are in it.
    hint: /cookie|authorization/i,
    pattern: /\b((?:set-)?cookie2?|(?:proxy-)?authorization)(\s{0,2}[:=]\s{0,2})(?!["'\\])[^\r\n"'\\]+/gi,
    replace: `$1$2${REDACTED}`,
  },
  { hint: /bearer|basic/i, pattern: /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, replace: `$1 ${REDACTED}` },
  { hint: /eyJ/, pattern: /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*/g, replace: REDACTED },
  {
    hint: /(AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|[sr]k_(live|test)_|sk-|xox[a-z]-|AIza|npm_|dsk_|rt1_)/,
    pattern:
      /\b((AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|[sr]k_(live|test)_[A-Za-z0-9]{10,}|sk-[\w-]{16,}|xox[a-z]-[\w-]{10,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|dsk_[\w-]{16,}|rt1_[\w-]{16,})/g,
    replace: REDACTED,
  },
  {
    hint: /\d{3}-\d{2}-\d{4}/,
    pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
    replace: '***-**-****',
  },
  {
    hint: /\d{4}[ -]?\d{4}/,
    pattern: /\b\d(?:[ -]?\d){12,18}\b/g,
    replace: (match) => (isCardNumber(match.replace(/[ -]/g, '')) ? '****-****-****-****' : match),
  },
  {
    hint: /[A-Z]{2}\d{2}/,
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    replace: (match) => (isIban(match.replaceAll(' ', '')) ? REDACTED : match),
  },
  {
    hint: /[\\/](home|Users)[\\/]/,
    pattern: /(?<![\w.])((?:\/usr|\/export|[A-Za-z]:)?[\\/]+(?:home|Users)[\\/]+)[^\\/\s:"']+/g,
    replace: '$1***',
  },
];

const PERSONAL_RULES: readonly ValueRule[] = [
  { hint: /@/, pattern: /\b[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9.-]+\.[A-Za-z]{2,})\b/g, replace: '***@$1' },
  {
    hint: /\d\.\d/,
    pattern: /\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/g,
    replace: '***.***.***.***',
  },
];

export interface ScrubOptions {
  /** Also e-mail and IP addresses. */
  personal?: boolean;
}

/**
 * Forms that no rule can match, and that most values of a log line have: short words, ids, instants. Words end before the
 * shortest of the tokens known by their prefix.
 */
const INNOCENT =
  /^(?:[A-Za-z_-]{0,15}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** The text without secrets. */
export function scrubText(text: string, options: ScrubOptions = {}): string {
  if (text.length <= 36 && INNOCENT.test(text)) return text;
  let result = text;
  for (const rule of VALUE_RULES) result = applyRule(rule, result);
  if (/[=:]/.test(result)) result = redactPairs(result);
  if (options.personal) for (const rule of PERSONAL_RULES) result = applyRule(rule, result);
  return result;
}

/** A name in front of `=` or `:`, quoted or not; inside JSON inside a text the quotes have backslashes. */
const NAME = /(?<![\w.-])(\\*["']?)([A-Za-z][\w.-]{0,63})\1\s{0,2}[=:]\s{0,2}/g;

/**
 * What is named: a quoted text, or everything up to the next separator. A quote closes when it has as many backslashes as the
 * one that opened; one that never closes reaches to the end of the line.
 */
const NAMED = /(\\*)(["'])(?:[^\r\n]*?(?<!\\)\1\2|[^\r\n]*)|[^\s,;&"'{}[\]()<>]+/y;

/** Redacts `password=…`, `"apiKey": "…"` and the like. What a harmless name stands for is looked at in its turn. */
function redactPairs(text: string): string {
  let result = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let match = NAME.exec(text); match; match = NAME.exec(text)) {
    if (!isSecretKey(match[2] ?? '')) continue;
    NAMED.lastIndex = NAME.lastIndex;
    const value = NAMED.exec(text)?.[0];
    if (value === undefined || value.includes(REDACTED) || /^(bearer|basic)$/i.test(value)) continue;
    result += `${text.slice(done, NAME.lastIndex)}${keepQuotes(value)}`;
    done = NAME.lastIndex + value.length;
    NAME.lastIndex = done;
  }
  return result + text.slice(done);
}

function applyRule({ hint, pattern, replace }: ValueRule, text: string): string {
  if (!hint.test(text)) return text;
  return typeof replace === 'string' ? text.replace(pattern, replace) : text.replace(pattern, replace);
}

/**
 * A copy of the value without secrets. Objects and lists are walked to a depth of 20; errors become
 * `{name, message, stack}`; what JSON cannot hold becomes text.
 */
export function scrub(value: unknown, options: ScrubOptions = {}): unknown {
  return walk(value, options, 0, new Set());
}

function walk(value: unknown, options: ScrubOptions, depth: number, parents: Set<object>): unknown {
  if (typeof value === 'string') return scrubText(value, options);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Buffer.isBuffer(value)) return `<${value.length} bytes>`;
  if (depth >= MAX_DEPTH || parents.has(value)) return '<…>';
  parents.add(value);
  const result = Array.isArray(value)
    ? walkList(value, options, depth, parents)
    : walkObject(value instanceof Error ? errorFields(value) : value, options, depth, parents);
  parents.delete(value);
  return result;
}

/** A list of two whose first names a secret is a field written as a pair, as lists of headers are. */
function walkList(list: readonly unknown[], options: ScrubOptions, depth: number, parents: Set<object>): unknown[] {
  const [name, value] = list;
  if (list.length === 2 && typeof name === 'string' && isHidden(name, value))
    return [scrubText(name, options), REDACTED];
  return list.map((item) => walk(item, options, depth + 1, parents));
}

function walkObject(
  value: object,
  options: ScrubOptions,
  depth: number,
  parents: Set<object>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const hidden = isHidden(key, field) || (key === 'value' && isHidden(nameOf(value), field));
    const shown = options.personal ? scrubText(key, options) : remembered(shownKeys, key, scrubText);
    const kept = hidden ? REDACTED : walk(field, options, depth + 1, parents);
    // An assignment to this one name would set the prototype.
    if (shown === '__proto__') Object.defineProperty(result, shown, { value: kept, enumerable: true });
    else result[shown] = kept;
  }
  return result;
}

/** Numbers and flags beside a secret's name are counts and settings, not secrets. */
function isHidden(name: string, value: unknown): boolean {
  return (typeof value === 'string' || (typeof value === 'object' && value !== null)) && isSecretKey(name);
}

/** The name in `{name, value}` and `{key, value}`, the other ways to write a field; empty when there is none. */
function nameOf(value: object): string {
  const { name, key } = value as { name?: unknown; key?: unknown };
  return typeof name === 'string' ? name : typeof key === 'string' ? key : '';
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function keepQuotes(value: string): string {
  const quote = /^\\*["']/.exec(value)?.[0] ?? '';
  return `${quote}${REDACTED}${quote}`;
}

/** Luhn check digit (ISO/IEC 7812-1). */
function isCardNumber(digits: string): boolean {
  if (/^0+$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Check digits of an IBAN (ISO 13616, mod 97). */
function isIban(text: string): boolean {
  const digits = `${text.slice(4)}${text.slice(0, 4)}`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let remainder = 0;
  for (const digit of digits) remainder = (remainder * 10 + Number(digit)) % 97;
  return text.length >= 15 && remainder === 1;
}
