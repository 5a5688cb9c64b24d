import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AttemptEntity } from '../tables/attempt.entity.js';

/** Answer to a reservation: try now, wait for attempts in flight, or refused because of the lock. */
export type Reservation = 'granted' | 'busy' | 'locked';

/** What attempts are bounded by. */
export interface AttemptBounds {
  /** Failures, and attempts in flight, that lock. */
  limit: number;
  lockMinutes: number;
  /** How long an attempt in flight counts. */
  leaseSeconds: number;
}

const DAY_SECONDS = 86_400;

/** Counts failed attempts to prove a secret, exactly and for all replicas. */
@Injectable()
export class AttemptRepository {
  constructor(protected readonly database: Database) {}

  /**
   * Reserves an attempt before the secret is checked. One statement decides under the row's lock, so that of any number of
   * parallel guesses no more than the limit are ever checked; attempts in flight count like failures.
   */
  async reserve(subject: string, lane: string, bounds: AttemptBounds): Promise<Reservation> {
    // Who finds no row and then cannot insert it came second, and finds the row now.
    for (let time = 0; time < 2; time++) {
      if (await this.reserveAgain(subject, lane, bounds)) return 'granted';
      const first = { subject, lane, pending: 1, reservedAt: () => this.database.dialect.now };
      if ((await this.database.insertMany(AttemptEntity, [first], { ignore: true })) === 1) return 'granted';
    }
    return this.refusalOf(subject, lane);
  }

  /** The secret was wrong; true when this failure locked the subject. */
  async fail(subject: string, lane: string, limit: number, lockMinutes: number): Promise<boolean> {
    const { now, plus, greatest, ahead } = this.database.dialect;
    const attempts = this.database.repository(AttemptEntity);
    await attempts
      .createQueryBuilder()
      .update()
      .set({
        pending: () => greatest('pending - 1', '0'),
        lockedUntil: () => `CASE WHEN failures + 1 >= :limit THEN ${plus(now, ':lockSeconds')} ELSE locked_until END`,
        // After what reads it: engines differ in whether that sees the old value.
        failures: () => 'failures + 1',
      })
      .where({ subject, lane })
      .setParameters({ limit, lockSeconds: lockMinutes * 60 })
      .execute();
    return attempts.existsBy({ subject, lane, lockedUntil: ahead() });
  }

  /** The secret was right: forget the failures. */
  async succeed(tx: Transaction, subject: string, lane: string): Promise<void> {
    await tx.repository(AttemptEntity).update({ subject, lane, lockedUntil: IsNull() }, { failures: 0, pending: 0 });
  }

  /** Attempts are given back: they came to no verdict. */
  async release(subject: string, lane: string, count: number): Promise<void> {
    const { greatest } = this.database.dialect;
    await this.database
      .repository(AttemptEntity)
      .createQueryBuilder()
      .update()
      .set({ pending: () => greatest('pending - :count', '0') })
      .where({ subject, lane })
      .setParameters({ count })
      .execute();
  }

  /** Forgets counters that nobody touched for a day, longer than any lock lasts. */
  async deleteIdle(): Promise<number> {
    const { past } = this.database.dialect;
    const idle = { reservedAt: past(DAY_SECONDS) };
    const { affected } = await this.database
      .repository(AttemptEntity)
      .createQueryBuilder()
      .delete()
      .where([
        { ...idle, lockedUntil: IsNull() },
        { ...idle, lockedUntil: past() },
      ])
      .execute();
    return affected ?? 0;
  }

  /** Lifts a lock before its time. */
  async clear(subject: string): Promise<void> {
    await this.database.repository(AttemptEntity).delete({ subject });
  }

  /** Why an attempt could not be reserved. */
  protected async refusalOf(subject: string, lane: string): Promise<Reservation> {
    const isLocked = { subject, lane, lockedUntil: this.database.dialect.ahead() };
    return (await this.database.repository(AttemptEntity).existsBy(isLocked)) ? 'locked' : 'busy';
  }

  /** Reserves one more where there were attempts before; false when there were none, or the bounds forbid it. */
  private async reserveAgain(subject: string, lane: string, bounds: AttemptBounds): Promise<boolean> {
    const { now, plus } = this.database.dialect;
    // Everything is forgotten when the lock ends, or after as long a time without an attempt.
    const isOver = `coalesce(locked_until, ${plus('reserved_at', ':lockSeconds')}) <= ${now}`;
    // None when the last was reserved so long ago that its process must have died.
    const inFlight = `CASE WHEN ${plus('reserved_at', ':leaseSeconds')} <= ${now} THEN 0 ELSE pending END`;
    const { limit, lockMinutes, leaseSeconds } = bounds;
    const { affected } = await this.database
      .repository(AttemptEntity)
      .createQueryBuilder()
      .update()
      .set({
        failures: () => `CASE WHEN ${isOver} THEN 0 ELSE failures END`,
        pending: () => `CASE WHEN ${isOver} THEN 1 ELSE ${inFlight} + 1 END`,
        // The last two: the others read them.
        lockedUntil: null,
        reservedAt: () => now,
      })
      .where({ subject, lane })
      .andWhere(`((locked_until IS NULL AND failures + ${inFlight} < :limit) OR ${isOver})`)
      .setParameters({ limit, lockSeconds: lockMinutes * 60, leaseSeconds })
      .execute();
    return affected === 1;
  }
}
