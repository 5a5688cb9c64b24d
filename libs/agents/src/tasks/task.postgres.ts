import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import {
  LISTED_COLUMNS,
  OUTCOME_COLUMNS,
  type OutcomeRow,
  type TaskRow,
  toOutcome,
  toTask,
} from './task-columns.postgres.js';
import { FINAL_STATES, TASK_STATES, type TaskState } from './task-state.js';
import { type EndedTask, type NewTask, type TaskFilter, TaskRepository } from './task.repository.js';
import { SECONDS_PER_PRIORITY, type Task, type TaskFailure, type TaskOutcome } from './task.js';

const INSERT = {
  name: 'agent_task_insert',
  text: `
    INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, task_description, parameters,
                            run_at, rank_at, expires_at, depends_on, depends_left, max_cost_micros, max_tokens,
                            estimate_micros, estimate_tokens, batch_id, created_by, correlation_id, traceparent)
    SELECT t.id, t.agent_id, 'queued', t.priority, t.max_attempts, t.timeout_seconds, t.task_description, t.parameters,
           greatest(coalesce(t.run_at, now()), now()),
           greatest(coalesce(t.run_at, now()), now()) - t.priority * interval '${SECONDS_PER_PRIORITY} seconds',
           t.expires_at, coalesce(t.depends_on, '{}'), t.depends_left, t.max_cost_micros, t.max_tokens, t.estimate_micros,
           t.estimate_tokens, t.batch_id, t.created_by, t.correlation_id, t.traceparent
    FROM jsonb_to_recordset($1::jsonb) AS t (
      id uuid, agent_id uuid, priority smallint, max_attempts integer, timeout_seconds integer, task_description text,
      parameters jsonb, run_at timestamptz, expires_at timestamptz, depends_on uuid[], depends_left integer,
      max_cost_micros bigint, max_tokens bigint, estimate_micros bigint, estimate_tokens bigint, batch_id uuid, created_by text, correlation_id text, traceparent text)`,
};

const OUTCOMES = `SELECT ${OUTCOME_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE t.id = ANY ($1)`;

/** The last of each state are found by an index; which of them ended last of all is little to sort. */
const recent = (bound: string): string => `
  SELECT t.id, a.slug AS agent, t.state, t.finished_at, t.error
  FROM unnest('{${FINAL_STATES.join()}}'::text[]) AS s (state) CROSS JOIN LATERAL (
    SELECT id, agent_id, state, finished_at, error FROM agent_task
    WHERE state = s.state AND ${bound} ORDER BY finished_at DESC, id DESC LIMIT $1
  ) t JOIN agent a ON a.id = t.agent_id
  ORDER BY t.finished_at DESC, t.id DESC LIMIT $1`;

const RECENT = { name: 'agent_task_recent', text: recent('finished_at < $2') };

/** The same, behind one of them: those that ended at once, as a request completes them, have the same time. */
const RECENT_AFTER = {
  name: 'agent_task_recent_after',
  text: recent(
    '(finished_at, id) < ((SELECT coalesce(max(finished_at), $2::timestamptz) FROM agent_task WHERE id = $3::uuid), $3::uuid)',
  ),
};

type EndedRow = { id: string; agent: string; state: TaskState; finished_at: Date; error: TaskFailure | null };

/**
 * Lists read about as many tasks as they answer. Bench: `a task for an agent`, `tasks of an agent and a state`, `tasks that ended last`,
 * `results of a batch`.
 */
@Injectable()
export class PostgresTaskRepository extends TaskRepository {
  override async insert(tx: Transaction, tasks: readonly NewTask[]): Promise<void> {
    const rows = tasks.map((task) => ({
      id: task.id,
      agent_id: task.agentId,
      priority: task.priority,
      max_attempts: task.maxAttempts,
      timeout_seconds: task.timeoutSeconds,
      task_description: task.taskDescription,
      parameters: task.parameters,
      run_at: task.runAt,
      expires_at: task.expiresAt,
      ...(task.dependsOn.length > 0 && { depends_on: task.dependsOn }),
      depends_left: task.dependsLeft,
      max_cost_micros: task.maxCostMicros?.toString() ?? null,
      max_tokens: task.maxTokens,
      estimate_micros: task.estimateMicros?.toString() ?? null,
      estimate_tokens: task.estimateTokens,
      batch_id: task.batchId,
      created_by: task.createdBy,
      correlation_id: task.correlationId,
      traceparent: task.traceparent,
    }));
    await tx.execute(INSERT, [JSON.stringify(rows)]);
  }

  override async outcomes(ids: readonly string[]): Promise<TaskOutcome[]> {
    return (await this.database.query<OutcomeRow>(OUTCOMES, [ids])).map(toOutcome);
  }

  override async list(filter: TaskFilter): Promise<Task[]> {
    const { text, values } = listQuery(filter);
    return (await this.database.query<TaskRow>(text, values)).map(toTask);
  }

  override async recentlyEnded(limit: number, before?: Date, afterId?: string): Promise<EndedTask[]> {
    const bound = before ?? 'infinity';
    const rows = await (afterId === undefined
      ? this.database.query<EndedRow>(RECENT, [limit, bound])
      : this.database.query<EndedRow>(RECENT_AFTER, [limit, bound, afterId]));
    return rows.map(({ finished_at, ...row }) => ({ ...row, finishedAt: finished_at }));
  }
}

/** Ids of a batch's tasks. The batch names them: an index of tasks by batch would be written anew with each change of each of them. */
const OF_BATCH = (batch: string): string =>
  `ARRAY(SELECT (o ->> 'taskId')::uuid FROM agent_batch b, jsonb_array_elements(b.operations) o WHERE b.id = ${batch})`;

/**
 * The statement that finds tasks, newest first, and what it is given. Whatever is asked for, it reads about as many tasks as it answers: a
 * page of each agent and state that come into question, which an index holds in this order, or the tasks of a batch.
 */
export function listQuery(filter: TaskFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [filter.limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const { agent, state, batchId, before, scope } = filter;
  const all = (...conditions: (string | undefined | false)[]): string =>
    ['true', ...conditions].filter((condition) => typeof condition === 'string').join(' AND ');

  const ofAgent = agent !== undefined && `a.slug = ${bind(agent)}`;
  const older = before !== undefined && `t.id < ${bind(before)}`;
  const own = scope && { by: bind(scope.createdBy), roles: bind(scope.roles), held: bind(scope.heldBy) };
  const isHeld =
    own &&
    `t.state IN ('leased', 'running')
     AND EXISTS (SELECT FROM agent_worker w WHERE w.id = t.worker_id AND w.credential_id = ${own.held})`;

  let which = all(older);
  if (batchId !== undefined) {
    const isSeen = own && `(t.created_by = ${own.by} AND a.minimum_role = ANY (${own.roles}) OR ${isHeld})`;
    const inState = state !== undefined && `t.state = ${bind(state)}`;
    which = all(`t.id = ANY (${OF_BATCH(bind(batchId))})`, ofAgent, inState, older, isSeen);
  } else if (own || agent !== undefined || state !== undefined) {
    const states = bind(state === undefined ? TASK_STATES : [state]);
    const ofEach = `
      SELECT page.id FROM agent a CROSS JOIN unnest(${states}::text[]) AS s (state) CROSS JOIN LATERAL (
        SELECT t.id FROM agent_task t
        WHERE ${all(own && `t.created_by = ${own.by}`, 't.agent_id = a.id', 't.state = s.state', older)}
        ORDER BY t.id DESC LIMIT $1
      ) page WHERE ${all(ofAgent, own && `a.minimum_role = ANY (${own.roles})`)}`;
    // What his workers hold is little.
    const held = `
      SELECT t.id FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE ${all(isHeld, `t.state = ANY (${states})`, ofAgent, older)}`;
    const found = own ? `${ofEach} UNION ${held}` : ofEach;
    which = `t.id = ANY (ARRAY(SELECT id FROM (${found}) found ORDER BY id DESC LIMIT $1))`;
  }
  const text = `SELECT ${LISTED_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} ORDER BY t.id DESC LIMIT $1`;
  return { text, values };
}
