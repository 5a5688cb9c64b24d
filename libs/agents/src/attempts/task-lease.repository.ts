import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Lease } from '../tasks/lease.js';
import { recordEvents } from '../tasks/task-event.postgres.js';

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

const REQUEST_CANCEL = `
  WITH asked AS (
    UPDATE agent_task SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE id = $1 RETURNING id
  )
  ${recordEvents(`(SELECT id AS task_id, 'cancel_requested' AS type, $2::jsonb AS data FROM asked) AS e`)}`;

/** Leases on tasks: kept, and passed on. */
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

  /** From now on a callback ends the attempt, not this process: the lease lasts as long as the attempt may. */
  async awaitCallback(tx: Transaction, lease: Lease): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE agent_task SET awaits_callback = true, lease_expires_at = deadline_at
       WHERE id = $1 AND lease_token = $2 AND state ${HELD}`,
      [lease.id, lease.leaseToken],
    );
    return changed > 0;
  }

  /** Asks whoever runs a task that the caller has locked to stop. */
  async requestCancel(tx: Transaction, id: string, by: string): Promise<void> {
    await tx.execute(REQUEST_CANCEL, [id, { by }]);
  }

  async acknowledgeCancel(lease: Lease): Promise<void> {
    await this.database.execute(
      `UPDATE agent_task SET cancel_acknowledged_at = coalesce(cancel_acknowledged_at, now())
       WHERE id = $1 AND lease_token = $2`,
      [lease.id, lease.leaseToken],
    );
  }
}
