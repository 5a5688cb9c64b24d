import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { TaskState } from '../tasks/task-state.js';
import type { Usage } from '../tasks/usage.js';
import type { Lease } from '../tasks/lease.js';
import { HOLDER } from '../tasks/task-columns.postgres.js';

/** A lease with what its worker says of the attempt. */
export interface LeaseReport extends Lease {
  /** Any JSON; the last one said stays. */
  readonly progress?: unknown;
  /** Consumed so far in this attempt. */
  readonly usage?: Usage | undefined;
}

/** The lease of an attempt ends with the attempt's time at the latest: no heartbeat lengthens that. */
const REPORT = {
  name: 'agent_worker_report',
  text: `
    UPDATE agent_task t SET state = 'running', lease_expires_at = least(now() + make_interval(secs => coalesce($2, t.lease_seconds, $3)), t.deadline_at),
      progress = coalesce(l.progress, t.progress), attempt_usage = coalesce(l.usage, t.attempt_usage),
      cancel_acknowledged_at = CASE WHEN t.cancel_requested_at IS NOT NULL
        THEN coalesce(t.cancel_acknowledged_at, now()) END
    FROM jsonb_to_recordset($1::jsonb) AS l (id uuid, token uuid, held_by uuid, progress jsonb, usage jsonb)
    WHERE t.id = l.id AND t.lease_token = l.token AND l.held_by = ${HOLDER} AND t.state IN ('leased', 'running') AND t.deadline_at > now()
    RETURNING t.id, t.cancel_requested_at IS NOT NULL AS cancelled`,
};

/** What workers say of the leases they hold. */
@Injectable()
export class WorkerLeaseRepository {
  constructor(private readonly database: Database) {}

  /**
   * Extends leases that are still held; a lease that is missing from the answer was lost.
   *
   * @param seconds how long they last from now; `undefined` is what each was leased for
   * @param usual what a lease from before that was noted is extended by
   */
  async report(
    leases: readonly LeaseReport[],
    seconds: number | undefined,
    usual: number,
  ): Promise<Map<string, { isCancelRequested: boolean }>> {
    const rows = await this.database.query<{ id: string; cancelled: boolean }>(REPORT, [
      JSON.stringify(
        leases.map(({ id, leaseToken, heldBy, progress, usage }) => ({
          id,
          token: leaseToken,
          held_by: heldBy,
          progress,
          usage: usage && { ...usage, costMicros: usage.costMicros.toString() },
        })),
      ),
      seconds ?? null,
      usual,
    ]);
    return new Map(rows.map(({ id, cancelled }) => [id, { isCancelRequested: cancelled }]));
  }

  /** The state that a lease ended in, if it was the task's last one; `undefined` otherwise. */
  async endOf(lease: Lease): Promise<TaskState | undefined> {
    return (await this.endsOf([lease]))[0];
  }

  /** Like `endOf`, of each in order. */
  async endsOf(leases: readonly Lease[]): Promise<(TaskState | undefined)[]> {
    const rows = await this.database.query<{ state: TaskState | null }>(
      `SELECT t.state FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS l (id, token, held_by, n)
       LEFT JOIN agent_task t ON t.id = l.id AND t.ended_lease_token = l.token AND t.lease_token IS NULL AND l.held_by = ${HOLDER}
       ORDER BY l.n`,
      [leases.map(({ id }) => id), leases.map(({ leaseToken }) => leaseToken), leases.map(({ heldBy }) => heldBy)],
    );
    return rows.map(({ state }) => state ?? undefined);
  }

  /** Counts an event of the attempt; false when it was counted before. The caller has locked the task. */
  async countEvent(tx: Transaction, id: string, seq: number): Promise<boolean> {
    const sql = `UPDATE agent_task SET worker_event_seq = $2, state = 'running' WHERE id = $1 AND worker_event_seq < $2`;
    return (await tx.execute(sql, [id, seq])) > 0;
  }

  /** The worker that holds, or last held, a task. */
  async workerOf(id: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ worker_id: string | null }>(
      'SELECT worker_id FROM agent_task WHERE id = $1',
      [id],
    );
    return row?.worker_id ?? undefined;
  }
}
