/**
 * Which names stand for secrets. Names are split into words, so that `userPassword`, `x-api-key` and `PGPASSWORD` match while
 * `author`, `tokenCount` and `monkey` do not.
 */

const SECRET_WORDS = new Set(
  (
    'password passwd pwd passphrase passcode secret secrets token tokens jwt bearer authorization auth apikey credential ' +
    'credentials privatekey otp totp cvv cvc pin ssn cookie cookies csrf xsrf sid sessionid phpsessid saml sso signature ' +
    'sig storepass keypass passin passout userpass dbpass sshpass'
  ).split(' '),
);

/** First words of pairs that are secrets, by their second word. */
const SECRET_PAIRS: Readonly<Record<string, readonly string[]>> = {
  key: (
    'api private access secret signing encryption session account storage shared subscription functions master fernet ' +
    'app license ssh sentry'
  ).split(' '),
  pass: 'db smtp mail ftp user login admin root redis mongo postgres pg mysql http proxy ldap ssh basic'.split(' '),
  id: ['session'],
  factor: ['two'],
  pwd: ['mysql'],
  cookie: ['set'],
  number: ['card', 'account'],
  card: ['credit'],
};

/** Names that contain a secret word and are none. */
const HARMLESS_NAME =
  /^(auth(enticat[a-z]*|ors?|ority|orities|orname|orid)|auth(type|method|scheme|mode|provider|url)|isauthenticated|tokentype|[a-z]*tokens|tokens?(count|in|out|today|used|limit)|max[a-z]*tokens?|pinned|password(less|policy|strength|length|changed|changedat|updatedat|expired|expires|expiresat)|cookie(policy|consent))$/;

/** A part of every name that is one; most names have none, and are judged by that alone. */
const HINT =
  /pass|pwd|secret|token|jwt|bearer|auth|key|credential|otp|cvv|cvc|pin|ssn|cookie|csrf|xsrf|sid|session|saml|sso|sig|factor|card|account/i;

/** Longest part of a name that is looked at: its end, which says what it is. */
const MAX_NAME = 128;

/** Names of fields are few and come again and again; texts from outside must not fill the memory, though. */
const MAX_REMEMBERED = 2_000;
const remembered = new Map<string, boolean>();

/** Whether a field of this name holds a secret. */
export function isSecretKey(key: string): boolean {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const verdict = judge(key.slice(-MAX_NAME));
  if (key.length <= MAX_NAME && remembered.size < MAX_REMEMBERED) remembered.set(key, verdict);
  return verdict;
}

function judge(name: string): boolean {
  if (!HINT.test(name)) return false;
  const words = name
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const joined = words.join('');
  if (HARMLESS_NAME.test(joined)) return false;
  if (/password|passwd|secret(?!ar)|apikey/.test(joined)) return true;
  return words.some(
    (word, index) =>
      SECRET_WORDS.has(word) || (index > 0 && SECRET_PAIRS[word]?.includes(words[index - 1] ?? '') === true),
  );
}
