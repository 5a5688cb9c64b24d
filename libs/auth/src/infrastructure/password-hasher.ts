import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { SecurityConfig } from '#config';
import { Metrics } from '#platform/observability';
import { HashingOverloadedException } from '../domain/auth.exceptions.js';
import { normalisePassword } from '../domain/password-policy.js';

/** bcrypt reads 72 bytes and ignores the rest; a longer password must not pass on its beginning. */
const BCRYPT_MAX_BYTES = 72;

/** Callers that may wait for a hash; more get 503 rather than minutes of waiting. */
const MAX_WAITING = 200;

/**
 * Hashes and checks passwords on threads beside the event loop, no more at once than there are cores, so that a login storm
 * slows logins and nothing else.
 */
@Injectable()
export class PasswordHasher {
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

  /** Whether the password belongs to the hash: Argon2 of any cost, or bcrypt. */
  verify(password: string, hash: string): Promise<boolean> {
    const normal = normalisePassword(password);
    return this.bounded(async () => {
      if (!/^\$2[aby]\$/.test(hash)) return argon2.verify(hash, normal);
      // PHP writes `$2y$` for what everybody else calls `$2b$`, and the library knows only that name.
      const known = hash.replace(/^\$2y\$/, '$2b$$');
      return Buffer.byteLength(normal) <= BCRYPT_MAX_BYTES && (await bcrypt.compare(normal, known));
    });
  }

  /** Spends the time of a check without one, for accounts that do not exist or are locked; always false. */
  async verifyDecoy(password: string): Promise<false> {
    this.decoy ??= this.hash('a password that nobody has');
    await this.verify(password, await this.decoy);
    return false;
  }

  /** Whether the hash should be replaced by one of the configured kind and cost. */
  needsRehash(hash: string): boolean {
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
