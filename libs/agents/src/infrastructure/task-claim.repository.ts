import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { AgentKind } from '../domain/agent.js';
import type { JsonObject, Task } from '../domain/task.js';
import type { TaskState } from '../domain/task-state.js';
import { CIRCUIT_OPEN } from './agent-row.js';
import { recordEvents } from './task-event.repository.js';

/** Whose work a claimant can do. */
export interface Claimant {
  readonly kinds: readonly AgentKind[];
  /** What agents need to run at the claimant: `handler:<name>` of internal ones, `key:<provider>` of models without a key. */
  readonly resources: readonly string[];
  /** Only these agents; `undefined` is any. */
  readonly agents?: readonly string[] | undefined;
  /** State that a claimed task enters: a remote worker has yet to say that it began. */
  readonly entering: Extract<TaskState, 'leased' | 'running'>;
}

/** Room for one task. */
export interface Slot {
  /** Id of the process or worker that will hold the lease. */
  readonly workerId: string;
  readonly leaseSeconds: number;
}

/** What whoever runs a task needs to know of it. */
export type StartedTask = Pick<
  Task,
  'id' | 'agent' | 'attempt' | 'taskDescription' | 'parameters' | 'deadlineAt' | 'approvedAt'
>;

/** A task with the lease on it and what is needed to run it. */
export interface ClaimedTask {
  readonly task: StartedTask;
  readonly agentId: string;
  readonly leaseToken: string;
  /** Index of the slot that it fills. */
  readonly slot: number;
  /** Milliseconds until the attempt's time is over, from the moment of the claim. */
  readonly timeoutMs: number;
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/** What a claim led to. */
export interface Claim {
  readonly started: readonly ClaimedTask[];
  /** Ids of tasks that were due and would exceed a budget: they wait for approval now. */
  readonly overBudget: readonly string[];
}

const RUNNING = `(SELECT count(*) FROM agent_task h WHERE h.agent_id = a.id AND h.state IN ('leased', 'running'))`;

/** What `agent a` needs to be run, in the words of `Claimant.resources`; NULL is nothing. */
export const NEEDS = `CASE WHEN a.kind = 'internal' THEN 'handler:' || (a.config ->> 'handler')
  WHEN a.kind = 'llm' AND a.encrypted_secret IS NULL THEN 'key:' || (a.config ->> 'provider') END`;

/** Whether a waiting task may start, as far as it depends on the task alone. */
export const DUE = `state = 'queued' AND run_at <= now() AND rank_at <= now() AND depends_left = 0
  AND (expires_at IS NULL OR expires_at > now())`;

/**
 * Locks agents that have work which may start now. The lock is what makes caps exact: whoever holds it counts the agent's
 * running tasks in a later statement, which sees everything that earlier holders committed.
 *
 * One row of each agent's queue is looked at: as an EXISTS it would be a join, and planned as one that reads the whole backlog.
 */
const LOCK_AGENTS = {
  name: 'agent_queue_lock',
  text: `
    SELECT a.id FROM agent a JOIN agent_runtime r ON r.agent_id = a.id
    WHERE a.kind = ANY ($1) AND (${NEEDS} IS NULL OR ${NEEDS} = ANY ($2))
      AND ($3::text[] IS NULL OR a.slug = ANY ($3))
      AND a.deleted_at IS NULL AND r.paused_at IS NULL AND NOT ${CIRCUIT_OPEN}
      AND (SELECT true FROM agent_task WHERE agent_id = a.id AND ${DUE} ORDER BY rank_at, id LIMIT 1)
      AND ${RUNNING} < a.concurrency
    ORDER BY a.priority, random() LIMIT 16
    FOR NO KEY UPDATE OF r SKIP LOCKED`,
};

/** Whether the agent's window of starts is still open. */
export const IN_WINDOW = 'coalesce(r.rate_window_start + make_interval(secs => a.rate_window_seconds) > now(), false)';

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
      SELECT q.id, q.rank_at, q.approved_at, free.id AS agent_id, free.priority, free.day_left,
        ${RESERVE('q', 'least(q.max_cost_micros, free.max_cost_micros)')} AS reserve,
        coalesce(q.cost_micros + coalesce(q.estimate_micros, 1) > least(q.max_cost_micros, free.max_cost_micros), false)
          OR coalesce(q.tokens_in + q.tokens_out + coalesce(q.estimate_tokens, 1) > least(q.max_tokens, free.max_tokens), false)
          AS is_over
      FROM free CROSS JOIN LATERAL (
        SELECT t.* FROM agent_task t WHERE t.agent_id = free.id AND ${DUE}
        ORDER BY t.rank_at, t.id LIMIT greatest(free.slots, 0) FOR UPDATE SKIP LOCKED
      ) q
    ), picked AS (
      SELECT id, approved_at IS NULL AND (is_over OR coalesce(
        sum(CASE WHEN is_over THEN 0 ELSE greatest(reserve, 1) END) OVER (PARTITION BY agent_id ORDER BY rank_at, id) > day_left,
        false)) AS is_over, priority, rank_at
      FROM due ORDER BY priority, rank_at, id LIMIT $2
    ), placed AS (
      SELECT id, is_over, (count(*) FILTER (WHERE NOT is_over) OVER (ORDER BY priority, rank_at, id))::integer AS place FROM picked
    ), taken AS (
      UPDATE agent_task t SET
        state = CASE WHEN p.is_over THEN 'waiting_approval' ELSE $3 END,
        attempt = t.attempt + CASE WHEN p.is_over THEN 0 ELSE 1 END,
        lease_token = CASE WHEN NOT p.is_over THEN gen_random_uuid() END,
        worker_id = CASE WHEN NOT p.is_over THEN ($4::uuid[])[p.place] END,
        lease_expires_at = CASE WHEN p.is_over THEN NULL
          -- Nobody but the sweeper ends the time of an attempt that runs elsewhere.
          WHEN $3 = 'leased' THEN least(now() + make_interval(secs => least(($5::double precision[])[p.place], t.timeout_seconds)), t.expires_at)
          ELSE now() + make_interval(secs => ($5::double precision[])[p.place]) END,
        -- Not the time at which the transaction began: a task that made room may have ended since, and would seem to overlap.
        started_at = CASE WHEN p.is_over THEN t.started_at ELSE clock_timestamp() END,
        deadline_at = CASE WHEN NOT p.is_over THEN least(now() + make_interval(secs => t.timeout_seconds), t.expires_at) END,
        awaits_callback = false, attempt_usage = NULL, worker_event_seq = 0
      FROM placed p WHERE t.id = p.id
      RETURNING t.*, p.place, p.is_over
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
    SELECT t.id, t.attempt, t.task_description, t.parameters, t.deadline_at, t.approved_at, t.agent_id, t.lease_token,
      t.correlation_id, t.traceparent, t.place, t.is_over, a.slug AS agent, a.kind, a.config, a.encrypted_secret,
      extract(epoch FROM t.deadline_at - now())::double precision * 1000 AS timeout_ms
    FROM taken t JOIN agent a ON a.id = t.agent_id ORDER BY t.place`,
};

/**
 * Lists of unknown length make PostgreSQL plan a statement anew each time, and planning a claim costs several times what
 * running it does.
 */
const KEEP_PLANS = 'SET LOCAL plan_cache_mode = force_generic_plan';

/** Takes tasks from the queue. */
@Injectable()
export class TaskClaimRepository {
  /**
   * Takes tasks that may run now, within every agent's cap, rate limit, budget, pause and circuit: as many as there are slots for, the
   * first slots first. Their events are recorded, and their starts counted in the agents' windows. Commits when it claims.
   */
  async claim(tx: Transaction, claimant: Claimant, slots: readonly Slot[]): Promise<Claim> {
    const { kinds, resources, agents = null, entering } = claimant;
    const [, locked] = await Promise.all([
      tx.execute(KEEP_PLANS),
      tx.query<{ id: string }>(LOCK_AGENTS, [kinds, resources, agents]),
    ]);
    if (locked.length === 0) return { started: [], overBudget: [] };
    const ids = locked.map(({ id }) => id);
    const [workers, seconds] = [slots.map(({ workerId }) => workerId), slots.map(({ leaseSeconds }) => leaseSeconds)];
    const claiming = tx.query<ClaimRow>(CLAIM, [ids, slots.length, entering, workers, seconds]);
    tx.commit();
    const rows = await claiming;
    return {
      started: rows.filter(({ is_over }) => !is_over).map(toClaimed),
      overBudget: rows.filter(({ is_over }) => is_over).map(({ id }) => id),
    };
  }
}

type ClaimRow = {
  id: string;
  attempt: number;
  task_description: string | null;
  parameters: JsonObject;
  deadline_at: Date | null;
  approved_at: Date | null;
  agent: string;
  agent_id: string;
  lease_token: string;
  place: number;
  is_over: boolean;
  timeout_ms: number;
  kind: AgentKind;
  config: JsonObject;
  encrypted_secret: string | null;
  correlation_id: string | null;
  traceparent: string | null;
};

function toClaimed(row: ClaimRow): ClaimedTask {
  return {
    task: {
      id: row.id,
      agent: row.agent,
      attempt: row.attempt,
      taskDescription: row.task_description,
      parameters: row.parameters,
      deadlineAt: row.deadline_at,
      approvedAt: row.approved_at,
    },
    agentId: row.agent_id,
    leaseToken: row.lease_token,
    slot: row.place - 1,
    timeoutMs: row.timeout_ms,
    kind: row.kind,
    config: row.config,
    encryptedSecret: row.encrypted_secret,
    correlationId: row.correlation_id,
    traceparent: row.traceparent,
  };
}
