import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Lease } from '../tasks/lease.js';

/** A database or process that was not heard of for longer was away, in milliseconds. */
export const AWAY_MS = 5_000;

const HELD = `IN ('leased', 'running')`;

const EXTEND = {
  name: 'agent_queue_extend',
  text: `
    UPDATE agent_task t SET lease_expires_at = now() + make_interval(secs => $2)
    FROM jsonb_to_recordset($1::jsonb) AS l (id uuid, token uuid)
    WHERE t.id = l.id AND t.lease_token = l.token AND t.state ${HELD}
    RETURNING t.id, t.cancel_requested_at IS NOT NULL AS cancelled`,
};

/** Leases on tasks: kept, passed on, run out. */
@Injectable()
export class TaskLeaseRepository {
  constructor(private readonly database: Database) {}

  /** Extends leases that are still held; a lease that is missing from the answer was lost. */
  async extend(leases: readonly Lease[], seconds: number): Promise<Map<string, { isCancelRequested: boolean }>> {
    const rows = await this.database.query<{ id: string; cancelled: boolean }>(EXTEND, [
      JSON.stringify(leases.map(({ id, leaseToken }) => ({ id, token: leaseToken }))),
      seconds,
    ]);
    return new Map(rows.map(({ id, cancelled }) => [id, { isCancelRequested: cancelled }]));
  }

  /** The database's clock. */
  async now(): Promise<Date> {
    const [row] = await this.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row?.now ?? new Date(Number.NaN);
  }

  /**
   * Locks tasks whose lease ran out, the longest overdue first.
   *
   * @param asked when they were asked for, by the database's clock: one that stood still since then finds none
   */
  async lockExpired(tx: Transaction, limit: number, asked: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      {
        name: 'agent_queue_expired',
        text: `SELECT id FROM agent_task WHERE state ${HELD} AND lease_expires_at < now() AND now() < $2::timestamptz + $3 * interval '1 ms'
               ORDER BY lease_expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      },
      [limit, asked, AWAY_MS],
    );
    return rows.map(({ id }) => id);
  }

  /** From now on a callback ends the attempt, not this process: the lease lasts as long as the attempt may. */
  async awaitCallback(tx: Transaction, lease: Lease): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE agent_task SET awaits_callback = true, lease_expires_at = deadline_at
       WHERE id = $1 AND lease_token = $2 AND state ${HELD}`,
      [lease.id, lease.leaseToken],
    );
    return changed > 0;
  }

  async requestCancel(tx: Transaction, id: string): Promise<void> {
    await tx.execute('UPDATE agent_task SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE id = $1', [
      id,
    ]);
  }

  async acknowledgeCancel(lease: Lease): Promise<void> {
    await this.database.execute(
      `UPDATE agent_task SET cancel_acknowledged_at = coalesce(cancel_acknowledged_at, now())
       WHERE id = $1 AND lease_token = $2`,
      [lease.id, lease.leaseToken],
    );
  }
}
