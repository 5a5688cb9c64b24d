import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { addStatistics, type ConditionRow, toCondition } from '../registry/agent-statistics.postgres.js';
import { anySlot } from '../registry/agent-statistics.repository.js';
import { SECONDS_PER_PRIORITY } from '../tasks/task.js';
import { recordEvents } from '../tasks/task-event.postgres.js';
import { HOLDER, TASK_COLUMNS, type TaskRow, toTask } from '../tasks/task-columns.postgres.js';
import { NO_USAGE, type Usage } from '../tasks/usage.js';
import { TaskTransitionRepository } from './task-transition.repository.js';
import type { Ending, LockedTask, Requeuing, Succeeded, Success } from './task-transition.js';

// Each of these writes the event that goes with the change, and where counters move, those too.

const DURATION_MS = 'coalesce(extract(epoch FROM t.finished_at - t.started_at) * 1000, 0)::bigint AS duration_ms';

/** What every statement does to a lease that is over. */
const NO_LEASE = `lease_token = NULL, lease_expires_at = NULL, ended_lease_token = coalesce(t.lease_token, t.ended_lease_token),
      attempt_usage = NULL, awaits_callback = false`;

/**
 * Successes under load cost one statement, and an answer of one row an agent. The bounds
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
      UPDATE agent_task t SET state = 'succeeded', output = d.output, error = NULL, ${NO_LEASE},
        finished_at = now(), tokens_in = t.tokens_in + d.tokens_in, tokens_out = t.tokens_out + d.tokens_out, cost_micros = t.cost_micros + d.cost_micros,
        stopped_at = CASE WHEN t.cancel_requested_at IS NOT NULL THEN now() END
      FROM done d
      WHERE t.id = d.id AND t.lease_token = d.token AND (d.held_by IS NULL OR d.held_by = ${HOLDER})
      RETURNING t.id, t.agent_id, t.has_dependents, ${DURATION_MS}, d.tokens_in + d.tokens_out AS tokens, d.cost_micros
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

/** Ends a task that is locked, other than well. */
const END = {
  name: 'agent_queue_end',
  text: `
    WITH ended AS (
      UPDATE agent_task t SET state = $2, error = coalesce($3::jsonb, t.error), ${NO_LEASE},
        finished_at = now(), tokens_in = t.tokens_in + $4, tokens_out = t.tokens_out + $5, cost_micros = t.cost_micros + $6,
        cancel_requested_at = CASE WHEN $2 = 'cancelled' THEN coalesce(t.cancel_requested_at, now()) ELSE t.cancel_requested_at END,
        stopped_at = CASE WHEN $2 = 'cancelled' OR t.cancel_requested_at IS NOT NULL THEN now() END
      WHERE t.id = $1
      RETURNING t.id, t.agent_id, t.has_dependents, ${DURATION_MS}
    ), recorded AS (${recordEvents('(SELECT id AS task_id, $2 AS type, $7::jsonb AS data FROM ended) AS e')}
    ), counted AS (${addStatistics(
      `
      (SELECT agent_id, 0 AS enqueued, 0 AS succeeded, CASE WHEN $2 = 'cancelled' THEN 0 ELSE 1 END AS failed,
         CASE WHEN $2 = 'cancelled' THEN 1 ELSE 0 END AS cancelled, duration_ms, $4::bigint + $5::bigint AS tokens,
         $6::bigint AS cost_micros FROM ended) AS d`,
      '$8',
    )}
    )
    SELECT has_dependents FROM ended`,
};

/** Queues a task that is locked again. What an attempt consumed is counted all the same. */
const REQUEUE = {
  name: 'agent_queue_requeue',
  text: `
    WITH queued AS (
      UPDATE agent_task t SET state = 'queued', error = $3::jsonb, ${NO_LEASE},
        attempt = t.attempt - $4, queued_at = now(), finished_at = NULL, deadline_at = NULL,
        cancel_requested_at = NULL, cancel_acknowledged_at = NULL, stopped_at = NULL, tokens_in = t.tokens_in + $5,
        tokens_out = t.tokens_out + $6, cost_micros = t.cost_micros + $7,
        run_at = now() + $2 * interval '1 millisecond',
        rank_at = now() + $2 * interval '1 millisecond' - t.priority * interval '${SECONDS_PER_PRIORITY} seconds'
      WHERE t.id = $1
      RETURNING t.id, t.agent_id
    ), counted AS (${addStatistics(
      `
      (SELECT agent_id, $10::bigint AS enqueued, 0 AS succeeded, 0 AS failed, 0 AS cancelled, 0 AS duration_ms,
         $5::bigint + $6::bigint AS tokens, $7::bigint AS cost_micros FROM queued
       WHERE $10 > 0 OR $5::bigint + $6::bigint > 0 OR $7::bigint > 0) AS d`,
      '$11',
    )}
    )
    ${recordEvents('(SELECT id AS task_id, $8::text AS type, $9::jsonb AS data FROM queued) AS e')}`,
};

const LOCK = {
  name: 'agent_queue_lock_task',
  text: `
    SELECT ${TASK_COLUMNS}, a.initial_delay_ms, a.max_delay_ms, coalesce(t.deadline_at <= now(), false) AS is_overdue
    FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE t.id = $1 FOR UPDATE OF t`,
};

/** What `LOCK` reads. */
type LockedRow = TaskRow & {
  agent_id: string;
  lease_token: string | null;
  awaits_callback: boolean;
  is_overdue: boolean;
  attempt_usage: { tokensIn: number; tokensOut: number; costMicros: string } | null;
  initial_delay_ms: number;
  max_delay_ms: number;
};

/** What `SUCCEED` reads: one row an agent. */
type SucceededRow = ConditionRow & { agent_id: string; ids: string; awaited: string | null };

/** Each change costs one statement. Bench: `a task that is completed`, `a task that fails`. */
@Injectable()
export class PostgresTaskTransitionRepository extends TaskTransitionRepository {
  override async lock(tx: Transaction, id: string): Promise<LockedTask | undefined> {
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

  override async succeed(tx: Transaction, successes: readonly Success[]): Promise<Succeeded[]> {
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

  override async end(
    tx: Transaction,
    id: string,
    { state, failure, data, usage = NO_USAGE }: Ending,
  ): Promise<boolean> {
    const values = [id, state, failure, ...valuesOf(usage), data, anySlot()];
    const [row] = await tx.query<{ has_dependents: boolean }>(END, values);
    if (!row) throw new Error(`Task ${id} vanished while it was locked`);
    return row.has_dependents;
  }

  override async requeue(tx: Transaction, id: string, requeuing: Requeuing): Promise<void> {
    const { delayMs, failure, refund, usage = NO_USAGE, type, data } = requeuing;
    const enqueued = type === 'requeued' ? 1 : 0;
    await tx.execute(REQUEUE, [id, delayMs, failure, refund, ...valuesOf(usage), type, data, enqueued, anySlot()]);
  }
}

function valuesOf({ tokensIn, tokensOut, costMicros }: Usage): unknown[] {
  return [tokensIn, tokensOut, costMicros.toString()];
}
