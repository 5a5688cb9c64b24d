import { Injectable } from '@nestjs/common';
import { HOLDER } from '../tasks/task-columns.postgres.js';
import { type LeaseReport, WorkerLeaseRepository } from './worker-lease.repository.js';

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

/** Bench: `a heartbeat`. */
@Injectable()
export class PostgresWorkerLeaseRepository extends WorkerLeaseRepository {
  override async report(
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
}
