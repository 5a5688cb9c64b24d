import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { StartFacts } from './task-blocker.js';
import type { TaskState } from '../tasks/task-state.js';
import { WORKER_ALIVE_SECONDS } from '../registry/agent.postgres.js';
import { ENGINE_IS_THERE } from '../tasks/task-notification.client.js';
import { IN_WINDOW } from '../attempts/task-claim.postgres.js';
import { IS_LEASED, NEEDS } from '../runners/agent-kind.postgres.js';

/** Beyond this a place in the queue is not counted any more. */
const MAX_AHEAD = 10_000;

const FACTS = {
  name: 'agent_task_facts',
  text: `
    SELECT now() AS now, t.state, t.attempt, t.max_attempts, t.run_at, a.slug, a.concurrency,
      r.paused_at IS NOT NULL AS is_paused, r.circuit_open_until, r.held_until,
      CASE WHEN ${IS_LEASED} THEN coalesce(r.worker_seen_at > now() - interval '${WORKER_ALIVE_SECONDS} seconds', false)
        ELSE (${NEEDS} IS NULL OR ${NEEDS} = ANY ($2)) AND ${ENGINE_IS_THERE} END AS has_worker,
      ${IS_LEASED} OR ${ENGINE_IS_THERE} AS is_engine_there,
      ${NEEDS} AS need,
      (SELECT count(*)::integer FROM agent_task h WHERE h.agent_id = a.id AND h.state IN ('leased', 'running')) AS running,
      a.rate_limit - CASE WHEN ${IN_WINDOW} THEN r.rate_window_used ELSE 0 END AS starts_left,
      CASE WHEN ${IN_WINDOW} THEN r.rate_window_start + make_interval(secs => a.rate_window_seconds) END AS window_ends_at,
      (SELECT count(*)::integer FROM (
        SELECT FROM agent_task q WHERE q.agent_id = a.id AND q.state = 'queued' AND q.depends_left = 0 AND q.run_at <= now()
          AND (q.rank_at, q.id) < (t.rank_at, t.id) LIMIT ${MAX_AHEAD}) q) AS ahead,
      (SELECT array_agg(d.depends_on) FROM agent_task_dependency d JOIN agent_task o ON o.id = d.depends_on
        WHERE d.task_id = t.id AND t.depends_left > 0 AND o.state <> 'succeeded') AS open_dependencies,
      (SELECT (sum(duration_ms) / nullif(sum(succeeded + failed), 0))::double precision
        FROM agent_statistic WHERE agent_id = a.id) AS average_ms,
      (SELECT e.data ->> 'reason' FROM agent_task_event e WHERE e.task_id = t.id AND e.type = 'approval_required'
        ORDER BY e.seq DESC LIMIT 1) AS approval_reason,
      CASE WHEN t.error ->> 'code' = 'TASK.REFUSED' THEN t.error ->> 'message' END AS refusal
    FROM agent_task t JOIN agent a ON a.id = t.agent_id JOIN agent_runtime r ON r.agent_id = a.id
    WHERE t.id = $1`,
};

type FactsRow = {
  now: Date;
  state: TaskState;
  attempt: number;
  max_attempts: number;
  run_at: Date;
  slug: string;
  concurrency: number;
  is_paused: boolean;
  circuit_open_until: Date | null;
  held_until: Date | null;
  has_worker: boolean;
  is_engine_there: boolean;
  need: string | null;
  running: number;
  starts_left: number | null;
  window_ends_at: Date | null;
  ahead: number;
  open_dependencies: string[] | null;
  average_ms: number | null;
  approval_reason: string | null;
  refusal: string | null;
};

/** What decides whether a task may start. */
@Injectable()
export class StartFactsRepository {
  constructor(private readonly database: Database) {}

  /** @param resources what processes like this one have, see `Claimant` */
  async find(taskId: string, resources: readonly string[]): Promise<StartFacts | undefined> {
    const [row] = await this.database.query<FactsRow>(FACTS, [taskId, resources]);
    if (!row) return undefined;
    return {
      now: row.now,
      state: row.state,
      attempt: row.attempt,
      maxAttempts: row.max_attempts,
      runAt: row.run_at,
      openDependencies: row.open_dependencies ?? [],
      agent: row.slug,
      isPaused: row.is_paused,
      circuitOpenUntil: row.circuit_open_until,
      heldUntil: row.held_until,
      hasWorker: row.has_worker,
      isEngineThere: row.is_engine_there,
      need: row.need,
      running: row.running,
      concurrency: row.concurrency,
      startsLeft: row.starts_left,
      windowEndsAt: row.window_ends_at,
      ahead: row.ahead,
      averageMs: row.average_ms,
      approvalReason: row.approval_reason,
      refusal: row.refusal,
    };
  }
}
