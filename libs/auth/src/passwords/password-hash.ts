import { foreignHashFault, readForeignHash } from './foreign-hash.js';

/** bcrypt in its modular crypt form: version, cost, 22 characters of salt and 31 of hash. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Argon2 in PHC string form. */
const ARGON2 =
  /^\$argon2(?:id|i|d)\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$/;

/** A login checks the hash at the cost it names: one that asks for more than these would be a way to keep the service busy. */
const MAX_BCRYPT_COST = 14;
const MAX_ARGON2 = { memoryKib: 262_144, passes: 16, lanes: 16 };

/**
 * What is wrong with a hash made elsewhere.
 *
 * @returns `undefined` when logins can check it: bcrypt, Argon2 of version 19, PBKDF2 or scrypt, at a cost within reason
 */
export function hashFault(hash: string): string | undefined {
  const bcrypt = BCRYPT.exec(hash);
  if (bcrypt) {
    const cost = Number(bcrypt[1]);
    return cost >= 4 && cost <= MAX_BCRYPT_COST ? undefined : `bcrypt cost must be 4 to ${MAX_BCRYPT_COST}`;
  }
  const derived = readForeignHash(hash);
  if (derived) return foreignHashFault(derived);
  const argon2 = ARGON2.exec(hash);
  if (!argon2)
    return 'must be a hash of bcrypt ($2a$, $2b$, $2y$), Argon2 (PHC, v=19), PBKDF2 or scrypt (Django, passlib, PHC, Werkzeug)';
  const [memoryKib, passes, lanes] = argon2.slice(1).map(Number) as [number, number, number];
  // RFC 9106 §3.1: at least one pass and one lane, and 8 KiB for each lane.
  const isPossible = passes >= 1 && lanes >= 1 && memoryKib >= 8 * lanes;
  const isBounded = memoryKib <= MAX_ARGON2.memoryKib && passes <= MAX_ARGON2.passes && lanes <= MAX_ARGON2.lanes;
  if (isPossible && isBounded) return undefined;
  return `Argon2 cost must be at most m=${MAX_ARGON2.memoryKib}, t=${MAX_ARGON2.passes}, p=${MAX_ARGON2.lanes}`;
}
