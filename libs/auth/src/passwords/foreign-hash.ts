/** A password hash of another system that is a derived key: PBKDF2 (RFC 8018 §5.2) or scrypt (RFC 7914). */
export type ForeignHash = (Pbkdf2 | Scrypt) & { readonly salt: Buffer; readonly key: Buffer };

interface Pbkdf2 {
  readonly kind: 'pbkdf2';
  readonly digest: keyof typeof DIGEST_BYTES;
  readonly iterations: number;
}

/** N, r and p of RFC 7914 §2. */
interface Scrypt {
  readonly kind: 'scrypt';
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** Bytes that the iterations give once; a longer key takes them as many times again. */
const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** A login derives the key at the cost it names: one that asks for more than these would be a way to keep the service busy. */
const MAX_ITERATIONS = 3_000_000;
const MAX_SCRYPT = { memoryBytes: 256 * 1024 * 1024, work: 2 ** 22 };

/** A shorter key is found by trying, a longer one only costs. */
const KEY_BYTES = { min: 16, max: 64 };

/** Django, passlib, PHC and Werkzeug, in this order. A salt is the text itself or base64, with `.` for `+` in some; a key base64 or hex. */
const PBKDF2 = [
  /^pbkdf2_(?<digest>sha1|sha256|sha512)\$(?<rounds>\d{1,10})\$(?<saltText>[^$\s]{1,128})\$(?<key>[A-Za-z0-9+/]{1,100}={0,2})$/,
  /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$(?<rounds>\d{1,10})\$(?<salt>[A-Za-z0-9./]{1,200})\$(?<key>[A-Za-z0-9./]{1,100})$/,
  /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$i=(?<rounds>\d{1,10})(?:,l=\d{1,3})?\$(?<salt>[A-Za-z0-9+/]{1,200})\$(?<key>[A-Za-z0-9+/]{1,100})$/,
  /^pbkdf2:(?<digest>sha1|sha256|sha512):(?<rounds>\d{1,10})\$(?<saltText>[^$\s]{1,128})\$(?<keyHex>[0-9a-f]{1,200})$/,
];

/** PHC (which passlib writes too), Werkzeug and Django. PHC writes the logarithm of N. */
const SCRYPT = [
  /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[A-Za-z0-9+./]{1,200})\$(?<key>[A-Za-z0-9+./]{1,100})$/,
  /^scrypt:(?<n>\d{1,10}):(?<r>\d{1,4}):(?<p>\d{1,4})\$(?<saltText>[^$\s]{1,128})\$(?<keyHex>[0-9a-f]{1,200})$/,
  /^scrypt\$(?<n>\d{1,10})\$(?<saltText>[^$\s]{1,128})\$(?<r>\d{1,4})\$(?<p>\d{1,4})\$(?<key>[A-Za-z0-9+/]{1,100}={0,2})$/,
];

/** Reads a hash that is a derived key; `undefined` when it has none of the known forms. */
export function readForeignHash(hash: string): ForeignHash | undefined {
  const pbkdf2 = match(PBKDF2, hash);
  if (pbkdf2) {
    const digest = (pbkdf2['digest'] ?? 'sha1') as Pbkdf2['digest'];
    return { kind: 'pbkdf2', digest, iterations: Number(pbkdf2['rounds']), ...bytesOf(pbkdf2) };
  }
  const scrypt = match(SCRYPT, hash);
  if (!scrypt) return undefined;
  const cost = scrypt['ln'] === undefined ? Number(scrypt['n']) : 2 ** Number(scrypt['ln']);
  const [blockSize, parallelization] = [Number(scrypt['r']), Number(scrypt['p'])];
  return { kind: 'scrypt', cost, blockSize, parallelization, ...bytesOf(scrypt) };
}

/** What is wrong with a derived key; `undefined` when logins can check it, at a cost within reason. */
export function foreignHashFault(derived: ForeignHash): string | undefined {
  const { key } = derived;
  if (key.length < KEY_BYTES.min || key.length > KEY_BYTES.max)
    return `must hold a key of ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes`;
  if (derived.kind === 'pbkdf2') {
    const iterations = derived.iterations * Math.ceil(key.length / DIGEST_BYTES[derived.digest]);
    if (iterations >= 1 && iterations <= MAX_ITERATIONS) return undefined;
    return `PBKDF2 cost must be 1 to ${MAX_ITERATIONS} iterations, over all parts of the key`;
  }
  const { cost, blockSize, parallelization } = derived;
  const isPossible = cost >= 2 && Number.isInteger(Math.log2(cost)) && blockSize >= 1 && parallelization >= 1;
  const isBounded =
    128 * cost * blockSize <= MAX_SCRYPT.memoryBytes && cost * blockSize * parallelization <= MAX_SCRYPT.work;
  if (isPossible && isBounded) return undefined;
  return `scrypt cost must be a power of two of at most ${MAX_SCRYPT.memoryBytes} bytes, and N·r·p at most ${MAX_SCRYPT.work}`;
}

type Groups = Readonly<Record<string, string | undefined>>;

function match(forms: readonly RegExp[], hash: string): Groups | undefined {
  for (const form of forms) {
    const groups = form.exec(hash)?.groups;
    if (groups) return groups;
  }
  return undefined;
}

function bytesOf({ saltText, salt = '', keyHex, key = '' }: Groups): { salt: Buffer; key: Buffer } {
  const fromBase64 = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');
  return {
    salt: saltText === undefined ? fromBase64(salt) : Buffer.from(saltText),
    key: keyHex === undefined ? fromBase64(key) : Buffer.from(keyHex, 'hex'),
  };
}
