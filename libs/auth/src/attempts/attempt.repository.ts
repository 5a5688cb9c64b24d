import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

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

/** Everything is forgotten when the lock ends, or after as long a time without an attempt. */
const IS_OVER = 'coalesce(a.locked_until, a.reserved_at + make_interval(mins => $4)) <= now()';

/** Those in flight; none when the last was reserved so long ago that its process must have died. */
const IN_FLIGHT = 'CASE WHEN a.reserved_at + make_interval(secs => $5) <= now() THEN 0 ELSE a.pending END';

/**
 * Reserves an attempt before the secret is checked. One statement decides under the row's lock, so that of any number of
 * parallel guesses no more than the limit are ever checked; attempts in flight count like failures.
 */
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

const FAIL = {
  name: 'auth_attempt_fail',
  text: `
    UPDATE auth_attempt SET
      pending = greatest(pending - 1, 0),
      failures = failures + 1,
      locked_until = CASE WHEN failures + 1 >= $3 THEN now() + make_interval(mins => $4) ELSE locked_until END
    WHERE subject = $1 AND lane = $2
    RETURNING (locked_until > now()) AS locked`,
};

const SUCCEED = {
  name: 'auth_attempt_succeed',
  text: 'UPDATE auth_attempt SET failures = 0, pending = 0 WHERE subject = $1 AND lane = $2 AND locked_until IS NULL',
};

/** Counts failed attempts to prove a secret, exactly and for all replicas. */
@Injectable()
export class AttemptRepository {
  constructor(private readonly database: Database) {}

  async reserve(subject: string, lane: string, bounds: AttemptBounds): Promise<Reservation> {
    const { limit, lockMinutes, leaseSeconds } = bounds;
    const values = [subject, lane, limit, lockMinutes, leaseSeconds];
    if ((await this.database.query(RESERVE, values)).length === 1) return 'granted';
    const [row] = await this.database.query<{ locked: boolean | null }>(
      'SELECT locked_until > now() AS locked FROM auth_attempt WHERE subject = $1 AND lane = $2',
      [subject, lane],
    );
    return row?.locked ? 'locked' : 'busy';
  }

  /** The secret was wrong; true when this failure locked the subject. */
  async fail(subject: string, lane: string, limit: number, lockMinutes: number): Promise<boolean> {
    const [row] = await this.database.query<{ locked: boolean | null }>(FAIL, [subject, lane, limit, lockMinutes]);
    return row?.locked ?? false;
  }

  /** The secret was right: forget the failures. */
  async succeed(tx: Transaction, subject: string, lane: string): Promise<void> {
    await tx.execute(SUCCEED, [subject, lane]);
  }

  /** Attempts are given back: they came to no verdict. */
  async release(subject: string, lane: string, count: number): Promise<void> {
    await this.database.execute(
      'UPDATE auth_attempt SET pending = greatest(pending - $3, 0) WHERE subject = $1 AND lane = $2',
      [subject, lane, count],
    );
  }

  /** Forgets counters that nobody touched for a day, longer than any lock lasts. */
  deleteIdle(): Promise<number> {
    const sql = `DELETE FROM auth_attempt
                 WHERE reserved_at < now() - interval '1 day' AND (locked_until IS NULL OR locked_until < now())`;
    return this.database.execute(sql);
  }

  /** Lifts a lock before its time. */
  async clear(subject: string): Promise<void> {
    await this.database.execute('DELETE FROM auth_attempt WHERE subject = $1', [subject]);
  }
}
