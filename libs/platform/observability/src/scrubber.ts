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
  const known = keyCache.get(key);
  if (known !== undefined) return known;
  const secret = judgeKey(key);
  if (keyCache.size < 2_000) keyCache.set(key, secret);
  return secret;
}

const keyCache = new Map<string, boolean>();

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
  apply: (text: string) => string;
}

const replacing = (pattern: RegExp, replace: (match: string) => string): ValueRule['apply'] => {
  return (text) => text.replace(pattern, replace);
};

/** Order matters: the widest forms first, so that a later rule does not cut into them. */
const VALUE_RULES: readonly ValueRule[] = [
  { hint: /-----BEGIN/, apply: replacing(/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, () => REDACTED) },
  {
    hint: /:\/\//,
    apply: (text) => text.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@]*):[^\s/?#]+@/gi, `$1:${REDACTED}@`),
  },
  {
    hint: /bearer|basic/i,
    apply: (text) => text.replace(/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`),
  },
  { hint: /eyJ/, apply: replacing(/\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*/g, () => REDACTED) },
  {
    hint: /(AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|[sr]k_(live|test)_|sk-|xox[a-z]-|AIza|npm_|dsk_|rt1_)/,
    apply: replacing(
      /\b((AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|[sr]k_(live|test)_[A-Za-z0-9]{10,}|sk-[\w-]{16,}|xox[a-z]-[\w-]{10,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|dsk_[\w-]{16,}|rt1_[\w-]{16,})/g,
      () => REDACTED,
    ),
  },
  { hint: /[=:]/, apply: scrubPairs },
  {
    hint: /\d{3}-\d{2}-\d{4}/,
    apply: replacing(/\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g, () => '***-**-****'),
  },
  {
    hint: /\d{4}[ -]?\d{4}/,
    apply: replacing(/\b\d(?:[ -]?\d){12,18}\b/g, (match) =>
      isCardNumber(match.replace(/[ -]/g, '')) ? '****-****-****-****' : match,
    ),
  },
  {
    hint: /[A-Z]{2}\d{2}/,
    apply: replacing(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, (match) =>
      isIban(match.replaceAll(' ', '')) ? REDACTED : match,
    ),
  },
  { hint: /\/(home|Users)\//, apply: (text) => text.replace(/(\/(?:home|Users)\/)[^/\s:"']+/g, '$1***') },
];

const PERSONAL_RULES: readonly ValueRule[] = [
  { hint: /@/, apply: (text) => text.replace(/\b[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9.-]+\.[A-Za-z]{2,})\b/g, '***@$1') },
  {
    hint: /\d\.\d/,
    apply: replacing(/\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/g, () => '***.***.***.***'),
  },
];

/** `key=value`, `key: value` and `"key":"value"` in running text. */
function scrubPairs(text: string): string {
  const key = /(["']?)([A-Za-z][\w.-]{0,63})\1\s{0,2}[=:]\s{0,2}/g;
  const value = /"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'{}[\]()<>]+/y;
  let result = '';
  let copied = 0;
  // Only the value of a secret is passed over: in `Error: password=x` the first pair must not swallow the second.
  for (let found = key.exec(text); found; found = key.exec(text)) {
    if (!isSecretKey(found[2] ?? '')) continue;
    value.lastIndex = key.lastIndex;
    const secret = value.exec(text)?.[0];
    if (secret === undefined || /^(bearer|basic)$/i.test(secret) || secret.includes(REDACTED)) continue;
    result += text.slice(copied, key.lastIndex) + keepQuotes(secret);
    copied = key.lastIndex + secret.length;
    key.lastIndex = copied;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

export interface ScrubOptions {
  /** Also e-mail and IP addresses. */
  personal?: boolean;
}

/** The text without secrets. */
export function scrubText(text: string, options: ScrubOptions = {}): string {
  let result = text;
  for (const rule of VALUE_RULES) result = applyRule(rule, result);
  if (options.personal) for (const rule of PERSONAL_RULES) result = applyRule(rule, result);
  return result;
}

function applyRule({ hint, apply }: ValueRule, text: string): string {
  return hint.test(text) ? apply(text) : text;
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
    ? value.map((item) => walk(item, options, depth + 1, parents))
    : walkObject(value instanceof Error ? errorFields(value) : value, options, depth, parents);
  parents.delete(value);
  return result;
}

function walkObject(
  value: object,
  options: ScrubOptions,
  depth: number,
  parents: Set<object>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    // Numbers and flags beside a secret's name are counts and settings, not secrets.
    const hidden = (typeof field === 'string' || (typeof field === 'object' && field !== null)) && isSecretKey(key);
    Object.defineProperty(result, scrubText(key, options), {
      value: hidden ? REDACTED : walk(field, options, depth + 1, parents),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function keepQuotes(value: string): string {
  const quote = value[0] === '"' || value[0] === "'" ? value[0] : '';
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
