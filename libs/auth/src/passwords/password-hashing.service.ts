import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { SecurityConfig } from '#config';
import { Metrics } from '#platform/observability';
import { HashingOverloadedException } from '../identities/auth.exceptions.js';
import { type ForeignHash, readForeignHash } from './foreign-hash.js';
import { normalisePassword } from './password-policy.js';

/** bcrypt reads 72 bytes and ignores the rest; a longer password must not pass on its beginning. */
const BCRYPT_MAX_BYTES = 72;

/** `outdated`: it is right, and the hash should be replaced by one of the configured kind and cost, of the NFKC form. */
export type PasswordVerdict = 'wrong' | 'right' | 'outdated';

/** Callers that may wait for a hash; more get 503 rather than minutes of waiting. */
const MAX_WAITING = 200;

/**
 * Hashes and checks passwords on threads beside the event loop, no more at once than there are cores, so that a login storm
 * slows logins and nothing else.
 */
@Injectable()
export class PasswordHashingService {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly slots = availableParallelism();
  private decoy: Promise<string> | undefined;

  constructor(
    private readonly config: SecurityConfig,
    metrics: Metrics,
  ) {
    metrics.gauge('password_hashes_waiting', 'Password checks waiting for a free core.', () => this.waiting.length);
  }

  /** An Argon2id hash in PHC form with the configured cost. */
  hash(password: string): Promise<string> {
    return this.bounded(() => argon2.hash(normalisePassword(password), this.options));
  }

  /**
   * Whether the password belongs to the hash. Ours are of the NFKC form; other systems hashed what was typed, so that is tried beside it.
   * How many checks a text takes depends on the text alone, and they count as one: a hash that is not there takes as many.
   */
  verify(password: string, hash: string): Promise<PasswordVerdict> {
    const normal = normalisePassword(password);
    return this.bounded(async () => {
      if (await matches(normal, hash)) return this.needsRehash(hash) ? 'outdated' : 'right';
      return password !== normal && (await matches(password, hash)) ? 'outdated' : 'wrong';
    });
  }

  /** Spends the time of a check without one, for accounts that do not exist or are locked; always wrong. */
  async verifyDecoy(password: string): Promise<'wrong'> {
    this.decoy ??= this.hash('a password that nobody has');
    await this.verify(password, await this.decoy);
    return 'wrong';
  }

  private needsRehash(hash: string): boolean {
    return !hash.startsWith('$argon2id$') || argon2.needsRehash(hash, this.options);
  }

  private get options(): { type: 2; memoryCost: number; timeCost: number; parallelism: number } {
    const { argon2MemoryKib, argon2Passes, argon2Parallelism } = this.config;
    return {
      type: argon2.argon2id,
      memoryCost: argon2MemoryKib,
      timeCost: argon2Passes,
      parallelism: argon2Parallelism,
    };
  }

  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.slots) {
      if (this.waiting.length >= MAX_WAITING) throw new HashingOverloadedException();
      // The slot is handed over by the one who leaves, so nobody can slip in between.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}

/** Whether a hash is of exactly this text. */
async function matches(text: string, hash: string): Promise<boolean> {
  if (/^\$2[aby]\$/.test(hash)) {
    // PHP writes `$2y$` for what everybody else calls `$2b$`, and the library knows only that name.
    const isRight = await bcrypt.compare(text, hash.replace(/^\$2y\$/, '$2b$$'));
    return isRight && Buffer.byteLength(text) <= BCRYPT_MAX_BYTES;
  }
  const derived = readForeignHash(hash);
  if (!derived) return argon2.verify(hash, text);
  return timingSafeEqual(await derive(text, derived), derived.key);
}

/** Derives a key as a hash says, on a thread of libuv's. */
function derive(text: string, derived: ForeignHash): Promise<Buffer> {
  const { salt, key } = derived;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void => (error ? reject(error) : resolve(result));
    if (derived.kind === 'pbkdf2') return pbkdf2(text, salt, derived.iterations, key.length, derived.digest, done);
    const { cost, blockSize, parallelization } = derived;
    // What RFC 7914 §2 needs, and one block to spare; OpenSSL refuses to take more than it is told.
    const maxmem = 128 * blockSize * (cost + parallelization + 3);
    return scrypt(text, salt, key.length, { cost, blockSize, parallelization, maxmem }, done);
  });
}
