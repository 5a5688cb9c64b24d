import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { Task, TaskFailure } from '../tasks/task.js';
import { NO_USAGE, type Usage } from '../tasks/usage.js';
import type { AgentCondition } from '../registry/agent-health.js';
import { SECONDS_PER_PRIORITY } from '../tasks/task.js';
import type { RetryPolicy } from '../tasks/task-failure.js';
import type { TaskState } from '../tasks/task-state.js';
import { addStatistics, anySlot, type ConditionRow, toCondition } from '../registry/agent-statistics.repository.js';
import { recordEvents } from '../tasks/task-event.repository.js';
import type { Lease } from '../tasks/lease.js';
import { HOLDER, TASK_COLUMNS, type TaskRow, toTask } from '../tasks/task.postgres.js';

/** A task as its lock holder sees it. */
export interface LockedTask {
  readonly task: Task;
  readonly agentId: string;
  readonly leaseToken: string | null;
  readonly awaitsCallback: boolean;
  /** Whether the attempt's time is over. */
  readonly isOverdue: boolean;
  /** What its worker last said that this attempt consumed. */
  readonly attemptUsage: Usage;
  /** How long to wait between attempts, by the agent's policy. */
  readonly retryPolicy: RetryPolicy;
}

/** What a task that succeeded leaves behind. */
export interface Success extends Lease {
  readonly output: unknown;
  readonly usage?: Usage | undefined;
}

/** Tasks of one agent that have just ended well. */
export interface Succeeded {
  readonly agentId: string;
  readonly ids: readonly string[];
  /** Those of them that other tasks wait for. */
  readonly awaited: readonly string[];
  /** How the agent was doing before. */
  readonly condition: AgentCondition;
}

/** A task that has just ended otherwise, with what its counters need. */
export interface Ended {
  readonly id: string;
  readonly agentId: string;
  readonly durationMs: number;
  /** Of the attempt that ended it; earlier attempts were counted when they failed. */
  readonly tokens: number;
  readonly costMicros: bigint;
  /** Whether other tasks wait for it. */
  readonly hasDependents: boolean;
}

const ENDED = `t.id, t.agent_id, t.has_dependents,
  coalesce(extract(epoch FROM t.finished_at - t.started_at) * 1000, 0)::bigint AS duration_ms`;

/**
 * With their events and in their agents' counters: successes under load cost one statement, and an answer of one row an agent. The bounds
 * that hold for each say to the planner that there are few: it would read all tasks of a small table instead of looking these up. Only
 * tasks that run have a lease, so that their state need not be asked for, which would make it read all that run.
 */
const SUCCEED = {
  name: 'agent_queue_succeed',
  text: `
    WITH done AS (
      SELECT id, token, output, held_by, coalesce(tokens_in, 0) AS tokens_in, coalesce(tokens_out, 0) AS tokens_out,
        coalesce(cost_micros, 0) AS cost_micros
      FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id uuid, token uuid, output jsonb, held_by uuid, tokens_in bigint,
        tokens_out bigint, cost_micros bigint)) WITH ORDINALITY AS d (id, token, output, held_by, tokens_in, tokens_out, cost_micros, n)
      WHERE n BETWEEN 1 AND jsonb_array_length($1::jsonb)
    ), ended AS (
      UPDATE agent_task t SET state = 'succeeded', output = d.output, error = NULL, lease_token = NULL,
        ended_lease_token = t.lease_token, attempt_usage = NULL,
        lease_expires_at = NULL, awaits_callback = false, finished_at = now(), tokens_in = t.tokens_in + d.tokens_in,
        tokens_out = t.tokens_out + d.tokens_out, cost_micros = t.cost_micros + d.cost_micros,
        stopped_at = CASE WHEN t.cancel_requested_at IS NOT NULL THEN now() END
      FROM done d
      WHERE t.id = d.id AND t.lease_token = d.token AND (d.held_by IS NULL OR d.held_by = ${HOLDER})
      RETURNING ${ENDED}, d.tokens_in + d.tokens_out AS tokens, d.cost_micros
    ), recorded AS (${recordEvents(`
      (SELECT id AS task_id, 'succeeded' AS type, jsonb_build_object('durationMs', duration_ms) AS data FROM ended) AS e`)}
    ), counted AS (${addStatistics(
      `
      (SELECT agent_id, 0 AS enqueued, count(*) AS succeeded, 0 AS failed, 0 AS cancelled, sum(duration_ms) AS duration_ms,
         sum(tokens) AS tokens, sum(cost_micros) AS cost_micros FROM ended GROUP BY agent_id) AS d`,
      '$2',
    )}
    )
    SELECT e.agent_id, e.ids, e.awaited, r.status, r.success_rate, r.consecutive_failures, r.rated_attempts
    FROM (SELECT agent_id, string_agg(id::text, ',') AS ids, string_agg(id::text, ',') FILTER (WHERE has_dependents) AS awaited
          FROM ended GROUP BY agent_id) e
    JOIN agent_runtime r ON r.agent_id = e.agent_id`,
};

const END = {
  name: 'agent_queue_end',
  text: `
    UPDATE agent_task t SET state = $2, error = coalesce($3::jsonb, t.error), lease_token = NULL, lease_expires_at = NULL,
      ended_lease_token = coalesce(t.lease_token, t.ended_lease_token), attempt_usage = NULL,
      awaits_callback = false, finished_at = now(), tokens_in = t.tokens_in + $4, tokens_out = t.tokens_out + $5,
      cost_micros = t.cost_micros + $6,
      cancel_requested_at = CASE WHEN $2 = 'cancelled' THEN coalesce(t.cancel_requested_at, now()) ELSE t.cancel_requested_at END,
      stopped_at = CASE WHEN $2 = 'cancelled' OR t.cancel_requested_at IS NOT NULL THEN now() END
    WHERE t.id = $1
    RETURNING ${ENDED}, $4::bigint + $5::bigint AS tokens, $6::bigint AS cost_micros`,
};

const REQUEUE = {
  name: 'agent_queue_requeue',
  text: `
    UPDATE agent_task t SET state = 'queued', error = $3::jsonb, lease_token = NULL, lease_expires_at = NULL,
      ended_lease_token = coalesce(t.lease_token, t.ended_lease_token), attempt_usage = NULL,
      awaits_callback = false, attempt = t.attempt - $4, queued_at = now(), finished_at = NULL, deadline_at = NULL,
      cancel_requested_at = NULL, cancel_acknowledged_at = NULL, stopped_at = NULL, tokens_in = t.tokens_in + $5,
      tokens_out = t.tokens_out + $6, cost_micros = t.cost_micros + $7,
      run_at = now() + $2 * interval '1 millisecond',
      rank_at = now() + $2 * interval '1 millisecond' - t.priority * interval '${SECONDS_PER_PRIORITY} seconds'
    WHERE t.id = $1`,
};

const LOCK = {
  name: 'agent_queue_lock_task',
  text: `
    SELECT ${TASK_COLUMNS}, a.initial_delay_ms, a.max_delay_ms, coalesce(t.deadline_at <= now(), false) AS is_overdue
    FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE t.id = $1 FOR UPDATE OF t`,
};

/** Whether this is the lease on the task, and whoever names it holds it. */
export function isLeaseOf(locked: LockedTask | undefined, lease: Lease): locked is LockedTask {
  if (locked?.leaseToken !== lease.leaseToken) return false;
  return lease.heldBy === undefined || lease.heldBy === locked.task.heldBy;
}

/** How attempts and tasks end. State changes name the lease they rest on, or run under the task's lock. */
@Injectable()
export class TaskTransitionRepository {
  /** Locks a task, so that its state can be judged and changed. */
  async lock(tx: Transaction, id: string): Promise<LockedTask | undefined> {
    const [row] = await tx.query<LockedRow>(LOCK, [id]);
    if (!row) return undefined;
    return {
      task: toTask(row),
      agentId: row.agent_id,
      leaseToken: row.lease_token,
      awaitsCallback: row.awaits_callback,
      isOverdue: row.is_overdue,
      attemptUsage: row.attempt_usage
        ? { ...row.attempt_usage, costMicros: BigInt(row.attempt_usage.costMicros) }
        : NO_USAGE,
      retryPolicy: {
        maxAttempts: row.max_attempts,
        initialDelayMs: row.initial_delay_ms,
        maxDelayMs: row.max_delay_ms,
      },
    };
  }

  /** Ends tasks well; those whose lease was lost are missing from the answer. */
  async succeed(tx: Transaction, successes: readonly Success[]): Promise<Succeeded[]> {
    const rows = successes.map(({ id, leaseToken, heldBy, output, usage }) => ({
      id,
      token: leaseToken,
      held_by: heldBy,
      output: output ?? null,
      ...(usage && {
        tokens_in: usage.tokensIn,
        tokens_out: usage.tokensOut,
        cost_micros: usage.costMicros.toString(),
      }),
    }));
    const ended = await tx.query<SucceededRow>(SUCCEED, [JSON.stringify(rows), anySlot()]);
    return ended.map((row) => ({
      agentId: row.agent_id,
      ids: row.ids.split(','),
      awaited: row.awaited?.split(',') ?? [],
      condition: toCondition(row),
    }));
  }

  /** Ends a task that the caller has locked, other than well. */
  async end(
    tx: Transaction,
    id: string,
    state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'>,
    failure: TaskFailure | null,
    usage = NO_USAGE,
  ): Promise<Ended> {
    const [row] = await tx.query<EndedRow>(END, [id, state, failure, ...valuesOf(usage)]);
    if (!row) throw new Error(`Task ${id} vanished while it was locked`);
    return toEnded(row);
  }

  /**
   * Puts a task that the caller has locked back into the queue.
   *
   * @param refund attempts given back: the one that a shutdown interrupted, or all when a person asks for it
   */
  async requeue(
    tx: Transaction,
    id: string,
    options: { delayMs: number; failure: TaskFailure | null; refund: number; usage?: Usage },
  ): Promise<void> {
    const { delayMs, failure, refund, usage = NO_USAGE } = options;
    await tx.execute(REQUEUE, [id, delayMs, failure, refund, ...valuesOf(usage)]);
  }

  /** A task that a person queues again has neither deadline nor approval any more, and waits for this many others. */
  async renew(tx: Transaction, id: string, dependsLeft: number): Promise<void> {
    const sql = `UPDATE agent_task SET expires_at = NULL, approved_at = NULL, approved_by = NULL, depends_left = $2 WHERE id = $1`;
    await tx.execute(sql, [id, dependsLeft]);
  }

  /** A task that waits to start waits for a person instead. */
  async holdForApproval(tx: Transaction, id: string): Promise<void> {
    await tx.execute(`UPDATE agent_task SET state = 'waiting_approval' WHERE id = $1 AND state = 'queued'`, [id]);
  }

  /** From now on neither a budget nor the limit of consequential calls keeps the task from starting. */
  async approve(tx: Transaction, id: string, by: string): Promise<void> {
    await tx.execute(`UPDATE agent_task SET state = 'queued', approved_at = now(), approved_by = $2 WHERE id = $1`, [
      id,
      by,
    ]);
  }

  /** Locks waiting tasks whose deadline passed. */
  async lockOverdue(tx: Transaction, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM agent_task WHERE expires_at < now() AND state IN ('queued', 'waiting_approval')
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }
}

type LockedRow = TaskRow & {
  agent_id: string;
  lease_token: string | null;
  awaits_callback: boolean;
  is_overdue: boolean;
  attempt_usage: { tokensIn: number; tokensOut: number; costMicros: string } | null;
  initial_delay_ms: number;
  max_delay_ms: number;
};

type SucceededRow = ConditionRow & { agent_id: string; ids: string; awaited: string | null };

type EndedRow = {
  id: string;
  agent_id: string;
  has_dependents: boolean;
  tokens: string;
  cost_micros: string;
  duration_ms: string;
};

function valuesOf({ tokensIn, tokensOut, costMicros }: Usage): unknown[] {
  return [tokensIn, tokensOut, costMicros.toString()];
}

function toEnded(row: EndedRow): Ended {
  return {
    id: row.id,
    agentId: row.agent_id,
    hasDependents: row.has_dependents,
    tokens: Number(row.tokens),
    costMicros: BigInt(row.cost_micros),
    durationMs: Number(row.duration_ms),
  };
}
