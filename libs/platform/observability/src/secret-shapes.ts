import type { Makeup } from './characters.js';

/** Secrets that are known by their own shape, wherever they stand. */

export const REDACTED = '***REDACTED***';

interface Shape {
  /** Whether a text of this makeup can have it; lets most text pass at once. */
  isPossible: (makeup: Makeup) => boolean;
  /** A cheaper test than the pattern. */
  hint: RegExp;
  pattern: RegExp;
  replace: string | ((match: string, ...groups: string[]) => string);
}

/**
 * Every pattern costs a bounded number of steps at each place: what repeats without a bound stands at its end, where nothing
 * can fail behind it. test/architecture/linear-patterns checks it.
 */
const SHAPES: readonly Shape[] = [
  {
    // Credentials of the schemes of `Authorization`; words of a sentence are shorter and have no digits.
    isPossible: ({ hasSpace, longestWord }) => hasSpace && longestWord >= 5,
    hint: /bearer |basic /i,
    pattern: /\b(bearer|basic) {1,4}([A-Za-z0-9._~+/=-]{8,})/gi,
    replace: (match, scheme, value) => (isCredential(scheme, value) ? `${scheme} ${REDACTED}` : match),
  },
  {
    // Tokens with the mark of who issued them: cloud providers, code hosts, payment, chat, models, and our own.
    isPossible: ({ longestWord }) => longestWord >= 16,
    hint: /A[KS]IA|ABIA|ACCA|AIza|ya29\.|GOCSPX-|1\/\/0|Q~|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|oas|agent)-|[srp]k_(?:live|test)_|whsec_|sk-|xox[a-z]-|xapp-|npm_|pypi-|dsk_|rt1_|dv1_|SG\.|SK[0-9a-f]|key-|do[opr]_v1_|hf_|dapi|shp[a-z]{2}_|sq0|hv[sb]\.|dckr_pat_|gls?[ac]_|ATATT3|sntry|lin_api_|LTAI|pscale_|sbp_|HRKU-|NRAK-|PMAK-|gsk_|xai-|EAAC|AGE-SECRET/,
    pattern:
      /\b(?:A(?:KIA|SIA|BIA|CCA)[0-9A-Z]{16}|AIza[\w-]{30,}|ya29\.[\w.-]{20,}|GOCSPX-[\w-]{20,}|1\/\/0[\w-]{30,}|[\w~.-]{3}[78]Q~[\w~.-]{31,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|oas|agent)-[\w-]{16,}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[\w+/=-]{16,}|sk-(?=[\w-]{0,64}\d)[\w-]{16,}|xox[a-z]-[\w-]{10,}|xapp-\d-[\w-]{10,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|dsk_[\w-]{16,}|(?:rt1|dv1)_[\w-]{16,}|SG\.[\w-]{16,64}\.[\w-]{16,}|SK[0-9a-f]{32}|(?<![\w-])key-[0-9a-f]{32}|do[opr]_v1_[0-9a-f]{40,}|hf_[A-Za-z0-9]{30,}|dapi[0-9a-f]{32}|shp[a-z]{2}_[0-9a-fA-F]{32}|sq0[a-z]{3}-[\w-]{20,}|hv[sb]\.[\w-]{20,}|dckr_pat_[\w-]{20,}|gl(?:sa|c)_[\w+/=-]{20,}|ATATT3[\w=-]{20,}|sntry[su]_[\w+/=-]{20,}|lin_api_\w{20,}|LTAI[A-Za-z0-9]{12,}|pscale_(?:tkn|pw|oauth)_[\w.-]{20,}|sbp_[0-9a-f]{40}|HRKU-[\w-]{30,}|NRAK-[A-Z0-9]{20,}|PMAK-[\w-]{24,}|gsk_[A-Za-z0-9]{30,}|xai-[A-Za-z0-9]{30,}|EAAC[A-Za-z0-9]{30,}|AGE-SECRET-KEY-1[A-Z0-9]{30,})/g,
    replace: REDACTED,
  },
  {
    isPossible: ({ hasSlash, longestWord }) => hasSlash && longestWord >= 8,
    hint: /hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks|webhook\.office\.com/,
    pattern: /((?:hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks|webhook\.office\.com)\/)[\w/@.-]{8,}/g,
    replace: `$1${REDACTED}`,
  },
  {
    isPossible: ({ hasColon, hasAt }) => hasColon && hasAt,
    hint: /jdbc:oracle:/,
    pattern: /(jdbc:oracle:\w{1,10}:[^\s/:@]{1,64}\/)[^\s@]{1,128}(?=@)/g,
    replace: `$1${REDACTED}`,
  },
  {
    isPossible: ({ digits, longestWord }) => digits >= 8 && longestWord >= 32,
    hint: /\d:AA/,
    pattern: /\b\d{8,10}:AA[\w-]{32,}/g,
    replace: REDACTED,
  },
  {
    isPossible: ({ digits, hasDash }) => digits >= 9 && hasDash,
    hint: /\d{3}-\d{2}-\d{4}/,
    pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g,
    replace: '***-**-****',
  },
  {
    isPossible: ({ digits }) => digits >= 13,
    hint: /\d{4}[ -]?\d{4}/,
    pattern: /\b\d(?:[ -]?\d){12,18}\b/g,
    replace: (match) => (isCardNumber(match) ? '****-****-****-****' : match),
  },
  {
    isPossible: ({ digits, hasCapital }) => digits >= 4 && hasCapital,
    hint: /[A-Z]{2}\d{2}/,
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    replace: (match) => (isIban(match.replaceAll(' ', '')) ? REDACTED : match),
  },
  {
    isPossible: ({ hasSlash }) => hasSlash,
    hint: /[\\/](?:home|Users)[\\/]/,
    pattern: /(?<![\w.])((?:\/usr|\/export|[A-Za-z]:)?[\\/]{1,4}(?:home|Users)[\\/]{1,4})[^\\/\s:"']+/g,
    replace: '$1***',
  },
];

const PERSONAL_SHAPES: readonly Shape[] = [
  {
    isPossible: ({ digits }) => digits >= 4,
    hint: /\d\.\d/,
    pattern: /\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b/g,
    replace: '***.***.***.***',
  },
];

/** The text without what is a secret by its shape. */
export function redactShapes(text: string, makeup: Makeup): string {
  let result = makeup.hasDash && (text.includes('-- BEGIN ') || text.includes('--BEGIN ')) ? redactBlocks(text) : text;
  if (makeup.longestWord >= 8 && result.includes('eyJ')) result = redactJwts(result);
  for (const shape of SHAPES) if (shape.isPossible(makeup)) result = applied(shape, result);
  return result;
}

/** The text without e-mail and IP addresses; the domain of an address stays. */
export function redactPersonal(text: string, makeup: Makeup): string {
  let result = makeup.hasAt ? redactAddresses(text) : text;
  for (const shape of PERSONAL_SHAPES) if (shape.isPossible(makeup)) result = applied(shape, result);
  return result;
}

function applied({ hint, pattern, replace }: Shape, text: string): string {
  if (!hint.test(text)) return text;
  return typeof replace === 'string' ? text.replace(pattern, replace) : text.replace(pattern, replace);
}

const BLOCK = /-----BEGIN |---- BEGIN /g;
/** What a key without an end begins with; a sentence may name the line alone. */
const BODY = /[A-Z0-9 ]{1,64}-----?(?:\\[rn]|\s){0,8}(?:[A-Za-z0-9+/]{16}|[A-Z][\w-]{2,30}: )/y;

/** Keys in PEM (RFC 7468) and the forms of SSH and PGP; one without an end reaches to that of the text. */
function redactBlocks(text: string): string {
  let result = '';
  let done = 0;
  BLOCK.lastIndex = 0;
  for (let match = BLOCK.exec(text); match; match = BLOCK.exec(text)) {
    const end = match[0].replace('BEGIN', 'END');
    const close = text.indexOf(end, BLOCK.lastIndex);
    BODY.lastIndex = BLOCK.lastIndex;
    if (close === -1 && !BODY.test(text)) break;
    const dashes = close === -1 ? -1 : text.indexOf('----', close + end.length);
    result += `${text.slice(done, match.index)}${REDACTED}`;
    done = dashes === -1 ? text.length : dashes + end.indexOf('E') - (end[4] === ' ' ? 1 : 0);
    BLOCK.lastIndex = done;
  }
  return result + text.slice(done);
}

const SEGMENT = /[\w-]*/y;

/** JSON Web Tokens (RFC 7519), signed or encrypted, whole or cut: their first parts are objects in base64. */
function redactJwts(text: string): string {
  let result = '';
  let done = 0;
  for (let at = text.indexOf('eyJ'); at !== -1;) {
    const first = segmentEnd(text, at);
    const end = /[A-Za-z0-9]/.test(text[at - 1] ?? '') ? -1 : tokenEnd(text, at, first);
    if (end !== -1) {
      result += `${text.slice(done, at)}${REDACTED}`;
      done = end;
    }
    // Whatever begins inside the first part ends with it, and is none either.
    at = text.indexOf('eyJ', end === -1 ? first : end);
  }
  return result + text.slice(done);
}

function tokenEnd(text: string, start: number, first: number): number {
  if (first - start < 8 || text[first] !== '.') return -1;
  let end = segmentEnd(text, first + 1);
  const isWhole = text[end] === '.' && end - first !== 2;
  if (!isWhole && !text.startsWith('eyJ', first + 1)) return -1;
  for (let parts = 0; parts < 3 && text[end] === '.'; parts++) end = segmentEnd(text, end + 1);
  return end;
}

function segmentEnd(text: string, from: number): number {
  SEGMENT.lastIndex = from;
  return from + (SEGMENT.exec(text)?.[0].length ?? 0);
}

const LOCAL_PART = /[A-Za-z0-9._%+-]/;
const DOMAIN = /[A-Za-z0-9.-]{1,253}/y;

/** Local parts are read backwards from each `@`, so that text without one costs nothing. */
function redactAddresses(text: string): string {
  let result = '';
  let done = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > done && at - start < 64 && LOCAL_PART.test(text[start - 1] ?? '')) start--;
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(text)?.[0] ?? '';
    // JavaScriptCore writes frames of apps as `function@main.jsbundle`.
    if (start === at || !/\.[A-Za-z]{2,63}\b/.test(domain) || /\.(?:js)?bundle$/.test(domain)) continue;
    result += `${text.slice(done, start)}***`;
    done = at;
  }
  return result + text.slice(done);
}

/** Whether what follows a scheme can be what is sent with it; `Basic subscription` cannot. */
function isCredential(scheme = '', value = ''): boolean {
  const isWord = /^[A-Za-z_-]+[.=]?$/.test(value);
  if (scheme.toLowerCase() === 'bearer') return !isWord || (value.length > 15 && !value.includes('_'));
  return !/^[a-z-]+[.]?$/.test(value) && Buffer.from(value, 'base64').includes(':');
}

/** Luhn check digit (ISO/IEC 7812-1), whatever stands between the digits. */
function isCardNumber(text: string): boolean {
  let [sum, place, isZero] = [0, 0, true];
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0) continue;
    const doubled = place++ % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
    if (digit > 0) isZero = false;
  }
  return !isZero && sum % 10 === 0;
}

/** Check digits of an IBAN (ISO 13616, mod 97). */
function isIban(text: string): boolean {
  let remainder = 0;
  for (let at = 0; at < text.length; at++) {
    // The country and the check digits stand at the end for this; letters count from ten.
    const value = Number.parseInt(text[(at + 4) % text.length] ?? '', 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return text.length >= 15 && remainder === 1;
}
