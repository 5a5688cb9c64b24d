import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { DerivedKeys } from '#platform/security';
import { HashingOverloadedException, LoginFailedException } from '../domain/auth.exceptions.js';
import { AttemptRepository } from '../infrastructure/attempt.repository.js';
import { PasswordHasher } from '../infrastructure/password-hasher.js';
import { UserRepository, type UserWithSecret } from '../infrastructure/user.repository.js';

/** Callers without a known device share one counter for each account. */
const UNTRUSTED = 'untrusted';

/** How often, and how long, an attempt waits for others on the same account that are still being checked. */
const BUSY_POLL_MS = 40;
const BUSY_LIMIT_MS = 5_000;

/**
 * The one place that checks a password. The attempt is reserved before anything is hashed, so that parallel guesses cannot
 * outrun the lock; unknown users and locked accounts spend the time of a real check.
 */
@Injectable()
export class CredentialCheckService {
  constructor(
    private readonly users: UserRepository,
    private readonly attempts: AttemptRepository,
    private readonly hasher: PasswordHasher,
    private readonly config: SecurityConfig,
    private readonly keys: DerivedKeys,
  ) {}

  /**
   * The user whose identifier and password these are.
   *
   * @throws LoginFailedException for an unknown user, a wrong password, a locked or a switched-off account alike
   * @throws HashingOverloadedException when too many checks are waiting
   */
  async check(identifier: string, password: string): Promise<UserWithSecret> {
    const user = await this.users.findByIdentifier(identifier);
    const subject = user ? `user:${user.id}` : `unknown:${this.digest(identifier)}`;
    if (!(await this.reserve(subject))) {
      await this.hasher.verifyDecoy(password);
      throw new LoginFailedException();
    }
    let isRight: boolean;
    try {
      isRight = user?.passwordHash
        ? await this.hasher.verify(password, user.passwordHash)
        : await this.hasher.verifyDecoy(password);
    } catch (error) {
      if (error instanceof HashingOverloadedException) await this.attempts.release(subject, UNTRUSTED);
      throw error;
    }
    if (!user || !isRight || !user.isActive) {
      await this.attempts.fail(subject, UNTRUSTED, this.config.maxLoginAttempts, this.config.lockoutDurationMinutes);
      throw new LoginFailedException();
    }
    await this.attempts.succeed(subject, UNTRUSTED);
    await this.strengthen(user, password);
    return user;
  }

  /** Lifts the lock of a user. */
  async unlock(userId: string): Promise<void> {
    await this.attempts.clear(`user:${userId}`);
  }

  private async reserve(subject: string): Promise<boolean> {
    const { maxLoginAttempts, lockoutDurationMinutes } = this.config;
    for (let waited = 0; ; waited += BUSY_POLL_MS) {
      const answer = await this.attempts.reserve(subject, UNTRUSTED, maxLoginAttempts, lockoutDurationMinutes);
      if (answer !== 'busy') return answer === 'granted';
      if (waited >= BUSY_LIMIT_MS) throw new HashingOverloadedException();
      await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
    }
  }

  /** Imported bcrypt hashes and hashes of a lower cost are replaced while the password is at hand. */
  private async strengthen(user: UserWithSecret, password: string): Promise<void> {
    const { id, passwordHash } = user;
    if (passwordHash === null || !this.hasher.needsRehash(passwordHash)) return;
    await this.users.replaceHash(id, passwordHash, await this.hasher.hash(password));
  }

  /** Identifiers of nobody are counted too, without keeping what people typed (it may be a password). */
  private digest(identifier: string): string {
    return createHmac('sha256', this.keys.get('identifier-digest'))
      .update(identifier.toLowerCase())
      .digest('base64url');
  }
}
