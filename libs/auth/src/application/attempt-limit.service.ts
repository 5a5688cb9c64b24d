import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import type { Transaction } from '#platform/database';
import { HashingOverloadedException } from '../domain/auth.exceptions.js';
import { AttemptRepository } from '../infrastructure/attempt.repository.js';

/**
 * What trying a secret showed: `wrong`, `partial` (right, but something else has to be proven as well) or `proven`. Only
 * `proven` forgets earlier failures, or a known password would buy any number of guesses at the second factor.
 */
export type AttemptOutcome = 'wrong' | 'partial' | 'proven';

/** How often, and how long, an attempt waits for others on the same account that are still being checked. */
const BUSY_POLL_MS = 40;
const BUSY_LIMIT_MS = 5_000;

/**
 * Bounds how often secrets can be tried. The attempt is reserved before anything is checked, so that parallel guesses
 * cannot outrun the lock. All secrets of an account (password, codes) share its counter.
 */
@Injectable()
export class AttemptLimitService {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly config: SecurityConfig,
  ) {}

  /**
   * Runs a check when the subject is not locked in this lane. Once a secret was proven it is for the caller to `forget` earlier
   * failures; until then the attempt counts as one.
   *
   * @throws HashingOverloadedException when others on the same account take too long
   */
  async attempt(
    subject: string,
    lane: string,
    check: () => Promise<AttemptOutcome>,
  ): Promise<AttemptOutcome | 'locked'> {
    if (!(await this.reserve(subject, lane))) return 'locked';
    let outcome: AttemptOutcome;
    try {
      outcome = await check();
    } catch (error) {
      await this.attempts.release(subject, lane).catch(() => undefined);
      throw error;
    }
    const { maxLoginAttempts, lockoutDurationMinutes } = this.config;
    if (outcome === 'wrong') await this.attempts.fail(subject, lane, maxLoginAttempts, lockoutDurationMinutes);
    else if (outcome === 'partial') await this.attempts.release(subject, lane);
    return outcome;
  }

  /** Forgets earlier failures, for the secret was proven; in the transaction of what it was for, if there is one. */
  async forget(subject: string, lane: string, tx?: Transaction): Promise<void> {
    await this.attempts.succeed(subject, lane, tx);
  }

  /** Lifts every lock of a user. */
  async unlock(userId: string): Promise<void> {
    await this.attempts.clear(subjectOf(userId));
  }

  private async reserve(subject: string, lane: string): Promise<boolean> {
    const { maxLoginAttempts, lockoutDurationMinutes } = this.config;
    for (let waited = 0; ; waited += BUSY_POLL_MS) {
      const answer = await this.attempts.reserve(subject, lane, maxLoginAttempts, lockoutDurationMinutes);
      if (answer !== 'busy') return answer === 'granted';
      if (waited >= BUSY_LIMIT_MS) throw new HashingOverloadedException();
      await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
    }
  }
}

/** The counter of a user. */
export function subjectOf(userId: string): string {
  return `user:${userId}`;
}
