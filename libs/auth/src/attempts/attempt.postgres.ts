import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { type AttemptBounds, AttemptRepository, type Reservation } from './attempt.repository.js';

/** Everything is forgotten when the lock ends, or after as long a time without an attempt. */
const IS_OVER = 'coalesce(a.locked_until, a.reserved_at + make_interval(mins => $4)) <= now()';

/** Those in flight; none when the last was reserved so long ago that its process must have died. */
const IN_FLIGHT = 'CASE WHEN a.reserved_at + make_interval(secs => $5) <= now() THEN 0 ELSE a.pending END';

/** Reserves where the bounds allow it, whether there were attempts before or not. */
const RESERVE = {
  name: 'auth_attempt_reserve',
  text: `
    INSERT INTO auth_attempt AS a (subject, lane, pending, reserved_at) VALUES ($1, $2, 1, now())
    ON CONFLICT (subject, lane) DO UPDATE SET
      failures = CASE WHEN ${IS_OVER} THEN 0 ELSE a.failures END,
      pending = CASE WHEN ${IS_OVER} THEN 1 ELSE ${IN_FLIGHT} + 1 END,
      locked_until = NULL,
      reserved_at = now()
    WHERE (a.locked_until IS NULL AND a.failures + ${IN_FLIGHT} < $3) OR ${IS_OVER}
    RETURNING 1`,
};

const SUCCEED = {
  name: 'auth_attempt_succeed',
  text: 'UPDATE auth_attempt SET failures = 0, pending = 0 WHERE subject = $1 AND lane = $2 AND locked_until IS NULL',
};

/** What each login asks. Bench: `a login`. */
@Injectable()
export class PostgresAttemptRepository extends AttemptRepository {
  override async reserve(subject: string, lane: string, bounds: AttemptBounds): Promise<Reservation> {
    const { limit, lockMinutes, leaseSeconds } = bounds;
    const granted = await this.database.query(RESERVE, [subject, lane, limit, lockMinutes, leaseSeconds]);
    return granted.length === 1 ? 'granted' : this.refusalOf(subject, lane);
  }

  override async succeed(tx: Transaction, subject: string, lane: string): Promise<void> {
    await tx.execute(SUCCEED, [subject, lane]);
  }
}
