import { Injectable } from '@nestjs/common';
import { everyLane, type Transaction, where } from '#platform/database';
import {
  LISTED_COLUMNS,
  OUTCOME_COLUMNS,
  type OutcomeRow,
  type TaskRow,
  toOutcome,
  toTask,
} from './task-columns.postgres.js';
import { FINAL_STATES, TASK_STATES, type TaskState } from './task-state.js';
import { type EndedFilter, type EndedTask, type NewTask, type TaskFilter, TaskRepository } from './task.repository.js';
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

/**
 * The last of each lane are found by an index; which of them ended last of all is little to sort.
 *
 * @param lane SQL of the lanes: of each state, or of each agent and state
 */
const recent = (lane: string, own: readonly string[]): string => `
  ${lane}
  SELECT t.id, a.slug AS agent, t.state, t.finished_at, t.error, t.created_by, t.correlation_id
  FROM lane CROSS JOIN LATERAL (
    SELECT m.* FROM agent_task m ${where(own)} ORDER BY m.finished_at DESC, m.id DESC LIMIT $1
  ) t JOIN agent a ON a.id = t.agent_id
  ORDER BY t.finished_at DESC, t.id DESC LIMIT $1`;

/** Those that ended before a moment ($2), or behind one ($3) of them: those that ended at once have the same time. */
const BEFORE = 'm.finished_at < $2';
const BEHIND =
  '(m.finished_at, m.id) < ((SELECT coalesce(max(finished_at), $2::timestamptz) FROM agent_task WHERE id = $3::uuid), $3::uuid)';

const STATE_LANES = `WITH lane AS (SELECT unnest('{${FINAL_STATES.join()}}'::text[]) AS state)`;
const RECENT = { name: 'agent_task_recent', text: recent(STATE_LANES, ['m.state = lane.state', BEFORE]) };
const RECENT_AFTER = { name: 'agent_task_recent_after', text: recent(STATE_LANES, ['m.state = lane.state', BEHIND]) };

type EndedRow = {
  id: string;
  agent: string;
  state: TaskState;
  finished_at: Date;
  error: TaskFailure | null;
  created_by: string;
  correlation_id: string | null;
};

/** The same with a filter: through the index of an agent's tasks, or of a maker's, which begins with what he asked of each agent. */
function recentQuery(
  limit: number,
  { states = FINAL_STATES, agent, createdBy, since }: EndedFilter,
  before: Date | string,
  afterId: string | undefined,
): { text: string; values: unknown[] } {
  const values: unknown[] = [limit, before, ...(afterId === undefined ? [] : [afterId])];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const bounds = [
    afterId === undefined ? BEFORE : BEHIND,
    ...(since ? [`m.finished_at >= ${bind(since)}`] : []),
    'm.finished_at IS NOT NULL',
  ];
  const asked = `lane.state = ANY (${bind(states)})`;
  const agentId = agent === undefined ? undefined : `(SELECT id FROM agent WHERE slug = ${bind(agent)})`;
  if (createdBy === undefined) {
    const lanes = `WITH lane AS (SELECT s AS state FROM unnest('{${FINAL_STATES.join()}}'::text[]) s)`;
    const own = [...(agentId === undefined ? [] : [`m.agent_id = ${agentId}`]), 'm.state = lane.state', asked];
    return { text: recent(lanes, [...own, ...bounds]), values };
  }
  const own = [`m.created_by = ${bind(createdBy)}`, 'm.finished_at IS NOT NULL'];
  const lanes = `WITH RECURSIVE lane AS (${everyLane({ table: 'agent_task', own }, ['agent_id', 'state'])})`;
  const ofLane = ['m.agent_id = lane.agent_id', 'm.state = lane.state', asked];
  const ofAgent = agentId === undefined ? [] : [`lane.agent_id = ${agentId}`];
  return { text: recent(lanes, [...own, ...ofLane, ...ofAgent, ...bounds]), values };
}

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

  override async recentlyEnded(
    limit: number,
    filter: EndedFilter = {},
    before?: Date,
    afterId?: string,
  ): Promise<EndedTask[]> {
    const bound = before ?? 'infinity';
    const isFiltered = Object.values(filter).some((value) => value !== undefined);
    const { text, values } = recentQuery(limit, filter, bound, afterId);
    const rows = await (isFiltered
      ? this.database.query<EndedRow>(text, values)
      : afterId === undefined
        ? this.database.query<EndedRow>(RECENT, [limit, bound])
        : this.database.query<EndedRow>(RECENT_AFTER, [limit, bound, afterId]));
    return rows.map(({ finished_at, created_by, correlation_id, ...row }) => ({
      ...row,
      finishedAt: finished_at,
      createdBy: created_by,
      correlationId: correlation_id,
    }));
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
