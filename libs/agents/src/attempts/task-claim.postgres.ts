import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { NEEDS } from '../runners/agent-kind.postgres.js';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import type { JsonObject } from '../tasks/task.js';
import { CIRCUIT_OPEN, HELD_BACK } from '../registry/agent.postgres.js';
import { recordEvents } from '../tasks/task-event.postgres.js';
import { MAX_BYTES } from './agent-queue.repository.js';
import type { Claimant, Room } from './claimant.js';
import { type Claim, type LockedAgent, MAX_AGENTS, TaskClaimRepository } from './task-claim.repository.js';

const RUNNING = `(SELECT count(*) FROM agent_task h WHERE h.agent_id = a.id AND h.state IN ('leased', 'running'))`;

/** Whether a waiting task may start, as far as it depends on the task alone. */
const DUE = `state = 'queued' AND run_at <= now() AND rank_at <= now() AND depends_left = 0
  AND (expires_at IS NULL OR expires_at > now())`;

/**
 * One row of each agent's queue is looked at: as an EXISTS it would be a join, and planned as one that reads the whole backlog.
 */
const LOCK_AGENTS = {
  name: 'agent_queue_lock',
  text: `
    SELECT a.id, a.slug, a.kind, a.config, a.encrypted_secret
    FROM agent a JOIN agent_runtime r ON r.agent_id = a.id
    WHERE a.kind = ANY ($1) AND (${NEEDS} IS NULL OR ${NEEDS} = ANY ($2))
      AND ($3::text[] IS NULL OR a.slug = ANY ($3))
      AND a.deleted_at IS NULL AND r.paused_at IS NULL AND NOT ${CIRCUIT_OPEN} AND NOT ${HELD_BACK}
      AND (SELECT true FROM agent_task WHERE agent_id = a.id AND ${DUE} ORDER BY rank_at, id LIMIT 1)
      AND ${RUNNING} < a.concurrency
    ORDER BY a.priority, random() LIMIT ${MAX_AGENTS}
    FOR NO KEY UPDATE OF r SKIP LOCKED`,
};

/** A time or a duration as a number of milliseconds: read sooner than the text of a time, which counts where there are a thousand. */
const MS = (time: string): string => `extract(epoch FROM ${time})::double precision * 1000`;

/** Whether the agent's window of starts is still open. */
const IN_WINDOW = 'coalesce(r.rate_window_start + make_interval(secs => a.rate_window_seconds) > now(), false)';

/** Micro-dollars set aside for an attempt of `agent_task t`: its estimate, else what is left of the task's budget. */
const RESERVE = (task: string, limit: string): string =>
  `coalesce(${task}.estimate_micros, greatest(${limit} - ${task}.cost_micros, 0), 0)`;

/** What is left of the agent's day: its budget without what was spent and what running tasks have set aside. */
const DAY_LEFT = `CASE WHEN a.daily_cost_micros IS NOT NULL THEN a.daily_cost_micros
  - coalesce((SELECT sum(s.day_cost_micros) FROM agent_statistic s
      WHERE s.agent_id = a.id AND s.day = (now() AT TIME ZONE 'UTC')::date), 0)
  - coalesce((SELECT sum(${RESERVE('h', 'least(h.max_cost_micros, a.max_cost_micros)')}) FROM agent_task h
      WHERE h.agent_id = a.id AND h.state IN ('leased', 'running')), 0) END`;

/**
 * After an open circuit one task at a time may try (half-open). A task that would exceed its own budget, its agent's, or what
 * the tasks before it leave of the day is not started, but put to a person; what nobody knows the price of counts as a
 * millionth of a dollar, so that a budget that is used up stops it too.
 *
 * Of what lies between two bounds the planner expects little: so it looks each task up that it updates. After a backlog was analysed it
 * expects the other parts to find thousands, and would read all tasks for it, again with each claim.
 */
const CLAIM = {
  name: 'agent_queue_claim',
  text: `
    WITH free AS (
      SELECT a.id, a.priority, a.max_cost_micros, a.max_tokens, ${DAY_LEFT} AS day_left, least(
        CASE WHEN r.circuit_open_until IS NULL THEN a.concurrency ELSE 1 END - ${RUNNING},
        CASE WHEN a.rate_limit IS NULL THEN $2
             WHEN ${IN_WINDOW} THEN a.rate_limit - r.rate_window_used ELSE a.rate_limit END,
        $2) AS slots
      FROM agent a JOIN agent_runtime r ON r.agent_id = a.id WHERE a.id = ANY ($1)
    ), due AS (
      SELECT q.id, q.rank_at, q.approved_at, q.bytes, free.id AS agent_id, free.priority, free.day_left,
        ${RESERVE('q', 'least(q.max_cost_micros, free.max_cost_micros)')} AS reserve,
        coalesce(q.cost_micros + coalesce(q.estimate_micros, 1) > least(q.max_cost_micros, free.max_cost_micros), false)
          OR coalesce(q.tokens_in + q.tokens_out + coalesce(q.estimate_tokens, 1) > least(q.max_tokens, free.max_tokens), false)
          AS is_over
      FROM free CROSS JOIN LATERAL (
        SELECT t.id, t.rank_at, t.approved_at, t.estimate_micros, t.estimate_tokens, t.cost_micros, t.max_cost_micros,
          t.tokens_in, t.tokens_out, t.max_tokens, pg_column_size(t.parameters) AS bytes
        FROM agent_task t WHERE t.agent_id = free.id AND ${DUE}
        ORDER BY t.rank_at, t.id LIMIT greatest(free.slots, 0) FOR UPDATE SKIP LOCKED
      ) q
    ), picked AS (
      SELECT id, approved_at IS NULL AND (is_over OR coalesce(
        sum(CASE WHEN is_over THEN 0 ELSE greatest(reserve, 1) END) OVER (PARTITION BY agent_id ORDER BY rank_at, id) > day_left,
        false)) AS is_over, priority, rank_at, bytes
      FROM due ORDER BY priority, rank_at, id LIMIT $2
    ), placed AS (
      SELECT * FROM (
        SELECT *, sum(bytes) OVER (PARTITION BY room ORDER BY priority, rank_at, id) - bytes AS bytes_before FROM (
          SELECT *, width_bucket(place, $6::integer[]) AS room FROM (
            SELECT *, (count(*) FILTER (WHERE NOT is_over) OVER (ORDER BY priority, rank_at, id))::integer AS place FROM picked
          ) numbered
        ) roomed
      ) measured WHERE bytes_before BETWEEN 0 AND ${MAX_BYTES}
    ), taken AS (
      UPDATE agent_task t SET
        state = CASE WHEN p.is_over THEN 'waiting_approval' ELSE $3 END,
        attempt = t.attempt + CASE WHEN p.is_over THEN 0 ELSE 1 END,
        lease_token = CASE WHEN NOT p.is_over THEN ($7::uuid[])[p.place] END,
        worker_id = CASE WHEN NOT p.is_over THEN ($4::uuid[])[p.room] END,
        lease_expires_at = CASE WHEN p.is_over THEN NULL
          -- Nobody but the sweeper ends the time of an attempt that runs elsewhere.
          WHEN $3 = 'leased' THEN least(now() + make_interval(secs => least(($5::double precision[])[p.room], t.timeout_seconds)), t.expires_at)
          ELSE now() + make_interval(secs => ($5::double precision[])[p.room]) END,
        lease_seconds = CASE WHEN NOT p.is_over THEN ($5::double precision[])[p.room] END,
        -- Not the time at which the transaction began: a task that made room may have ended since, and would seem to overlap.
        started_at = CASE WHEN p.is_over THEN t.started_at ELSE clock_timestamp() END,
        deadline_at = CASE WHEN NOT p.is_over THEN least(now() + make_interval(secs => t.timeout_seconds), t.expires_at) END,
        awaits_callback = false, attempt_usage = NULL, worker_event_seq = 0
      FROM placed p WHERE t.id = p.id
      RETURNING t.id, t.agent_id, t.attempt, t.task_description, t.parameters, t.deadline_at, t.approved_at, t.worker_id,
        t.correlation_id, t.traceparent, p.room, p.place, p.is_over
    ), recorded AS (${recordEvents(`
      (SELECT id AS task_id, CASE WHEN is_over THEN 'approval_required' ELSE 'started' END AS type,
         CASE WHEN is_over THEN '{"reason": "budget"}' ELSE jsonb_build_object('attempt', attempt, 'workerId', worker_id) END AS data
       FROM taken) AS e`)}
    ), counted AS (
      UPDATE agent_runtime r SET
        rate_window_used = c.n + CASE WHEN ${IN_WINDOW} THEN r.rate_window_used ELSE 0 END,
        rate_window_start = CASE WHEN ${IN_WINDOW} THEN r.rate_window_start ELSE now() END
      FROM (SELECT agent_id, count(*)::integer AS n FROM taken WHERE NOT is_over GROUP BY agent_id) c
      JOIN agent a ON a.id = c.agent_id
      WHERE r.agent_id = c.agent_id AND a.rate_limit IS NOT NULL
    )
    SELECT id, agent_id, attempt, task_description, parameters, ${MS('deadline_at')} AS deadline_ms, approved_at, correlation_id, traceparent, room,
      CASE WHEN NOT is_over THEN place END AS place, ${MS('deadline_at - now()')} AS timeout_ms
    FROM taken ORDER BY place`,
};

/**
 * Lists of unknown length make PostgreSQL plan a statement anew each time, and planning a claim costs several times what
 * running it does.
 */
const KEEP_PLANS = 'SET LOCAL plan_cache_mode = force_generic_plan';

/** What `LOCK_AGENTS` reads. */
type AgentRow = {
  id: string;
  slug: string;
  kind: AgentKind;
  config: JsonObject;
  encrypted_secret: string | null;
};

/** What `CLAIM` reads. */
type ClaimRow = {
  id: string;
  agent_id: string;
  attempt: number;
  task_description: string | null;
  parameters: JsonObject;
  deadline_ms: number | null;
  approved_at: Date | null;
  correlation_id: string | null;
  traceparent: string | null;
  room: number;
  /** `null` for one that is over budget. */
  place: number | null;
  timeout_ms: number;
};

/** A claim costs two statements, however many tasks it takes. Bench: `a task that is leased`. */
@Injectable()
export class PostgresTaskClaimRepository extends TaskClaimRepository {
  override async lockAgents(tx: Transaction, { kinds, resources, agents }: Claimant): Promise<LockedAgent[]> {
    const [, rows] = await Promise.all([
      tx.execute(KEEP_PLANS),
      tx.query<AgentRow>(LOCK_AGENTS, [kinds, resources, agents ?? null]),
    ]);
    return rows.map(({ encrypted_secret, ...agent }) => ({ ...agent, encryptedSecret: encrypted_secret }));
  }

  override async claim(
    tx: Transaction,
    agents: readonly LockedAgent[],
    entering: Claimant['entering'],
    rooms: readonly Room[],
  ): Promise<Claim> {
    const firstPlaces: number[] = [];
    let places = 0;
    for (const { size } of rooms) {
      firstPlaces.push(places + 1);
      places += size;
    }
    // Drawn here, because PostgreSQL asks the system for each.
    const tokens = Array.from({ length: places }, () => randomUUID());
    const rows = await tx.query<ClaimRow>(CLAIM, [
      agents.map(({ id }) => id),
      places,
      entering,
      rooms.map(({ workerId }) => workerId),
      rooms.map(({ leaseSeconds }) => leaseSeconds),
      firstPlaces,
      `{${tokens.join()}}`,
    ]);
    const byId = new Map(agents.map((agent) => [agent.id, agent]));
    const [started, overBudget]: [ClaimedTask[], string[]] = [[], []];
    for (const row of rows) {
      const [agent, leaseToken] = [byId.get(row.agent_id), tokens[(row.place ?? 0) - 1]];
      if (agent && leaseToken) started.push(toClaimed(row, agent, leaseToken));
      else overBudget.push(row.id);
    }
    return { started, overBudget };
  }

  override claimLast(
    tx: Transaction,
    agents: readonly LockedAgent[],
    entering: Claimant['entering'],
    rooms: readonly Room[],
  ): Promise<Claim> {
    const claimed = this.claim(tx, agents, entering, rooms);
    tx.commit();
    return claimed;
  }
}

function toClaimed(row: ClaimRow, agent: LockedAgent, leaseToken: string): ClaimedTask {
  return {
    task: {
      id: row.id,
      agent: agent.slug,
      attempt: row.attempt,
      taskDescription: row.task_description,
      parameters: row.parameters,
      deadlineAt: row.deadline_ms === null ? null : new Date(row.deadline_ms),
      approvedAt: row.approved_at,
    },
    agentId: row.agent_id,
    leaseToken,
    room: row.room - 1,
    timeoutMs: row.timeout_ms,
    kind: agent.kind,
    config: agent.config,
    encryptedSecret: agent.encryptedSecret,
    correlationId: row.correlation_id,
    traceparent: row.traceparent,
  };
}
