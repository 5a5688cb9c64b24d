import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import type { Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { HashingOverloadedException, LoginFailedException } from '../identities/auth.exceptions.js';
import { AttemptRepository } from './attempt.repository.js';

/**
 * What trying a secret showed: `wrong`, `partial` (right, but something else has to be proven as well) or `proven`. Only
 * `proven` forgets earlier failures, or a known password would buy any number of guesses at the second factor.
 */
export type AttemptOutcome = 'wrong' | 'partial' | 'proven';

/** How often, and how long, an attempt waits for others on the same account that are still being checked. */
const BUSY_POLL_MS = 40;
const BUSY_LIMIT_MS = 5_000;

/** A reservation lapses after this long, as its process may have died; a verdict that took longer is void. */
const LEASE_SECONDS = 30;
const LONGEST_CHECK_MS = 20_000;

/** Writes down that earlier failures are forgotten, in the transaction of what the secret was proven for. */
export type Settle = (tx: Transaction) => Promise<void>;

/**
 * Bounds how often secrets can be tried. The attempt is reserved before anything is checked, so that parallel guesses
 * cannot outrun the lock. All secrets of an account (password, codes) share its counter. An attempt that came to no verdict is given back,
 * and one whose secret was right too when what it was for fails.
 */
@Injectable()
export class AttemptLimitService {
  /** Attempts to give back of which the database could not be told; it is, before the next one on the same counter. */
  private readonly owed = new Map<string, number>();

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly config: SecurityConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs a check when the subject is not locked in this lane. Once a secret was proven the attempt counts as one until it is `complete`.
   *
   * @throws HashingOverloadedException when others on the same account, or the check itself, take too long
   */
  async attempt(
    subject: string,
    lane: string,
    check: () => Promise<AttemptOutcome>,
  ): Promise<AttemptOutcome | 'locked'> {
    if (!(await this.reserve(subject, lane))) return 'locked';
    const reservedAt = this.clock.millis();
    let outcome: AttemptOutcome;
    try {
      outcome = await check();
    } catch (error) {
      await this.giveBack(subject, lane);
      throw error;
    }
    // The reservation lapses by itself, and somebody else may have it by now.
    if (this.clock.millis() - reservedAt > LONGEST_CHECK_MS) throw new HashingOverloadedException();
    if (outcome === 'wrong') await this.fail(subject, lane);
    else if (outcome === 'partial') await this.giveBack(subject, lane);
    return outcome;
  }

  /**
   * Does what the secret was proven for. When that fails the attempt is given back, for it says nothing of who made it; it is a failure
   * only when the secret turns out to be worth nothing (`LoginFailedException`).
   */
  async complete<T>(subject: string, lane: string, work: (settle: Settle) => Promise<T>): Promise<T> {
    try {
      return await work((tx) => this.attempts.succeed(tx, subject, lane));
    } catch (error) {
      if (error instanceof LoginFailedException) await this.fail(subject, lane);
      else await this.giveBack(subject, lane);
      throw error;
    }
  }

  /** Lifts every lock of a user. */
  async unlock(userId: string): Promise<void> {
    await this.attempts.clear(subjectOf(userId));
  }

  private async fail(subject: string, lane: string): Promise<void> {
    const { maxLoginAttempts, lockoutDurationMinutes } = this.config;
    await this.attempts.fail(subject, lane, maxLoginAttempts, lockoutDurationMinutes);
  }

  /** Whatever went wrong before is what the caller hears of. */
  private async giveBack(subject: string, lane: string, count = 1): Promise<void> {
    const counter = JSON.stringify([subject, lane]);
    try {
      await this.attempts.release(subject, lane, count);
    } catch {
      this.owed.set(counter, (this.owed.get(counter) ?? 0) + count);
    }
  }

  private async reserve(subject: string, lane: string): Promise<boolean> {
    const { maxLoginAttempts, lockoutDurationMinutes } = this.config;
    const bounds = { limit: maxLoginAttempts, lockMinutes: lockoutDurationMinutes, leaseSeconds: LEASE_SECONDS };
    const counter = JSON.stringify([subject, lane]);
    const owed = this.owed.get(counter);
    if (owed !== undefined) {
      this.owed.delete(counter);
      await this.giveBack(subject, lane, owed);
    }
    for (let waited = 0; ; waited += BUSY_POLL_MS) {
      const answer = await this.attempts.reserve(subject, lane, bounds);
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
