import { Injectable } from '@nestjs/common';
import { everyLane, type Transaction, where } from '#platform/database';
import { OUTCOME_COLUMNS, type OutcomeRow, toOutcome } from './task-columns.postgres.js';
import { FINAL_STATES, type TaskState } from './task-state.js';
import { type EndedFilter, type EndedTask, type NewTask, TaskRepository } from './task.repository.js';
import { SECONDS_PER_PRIORITY, type TaskFailure, type TaskOutcome } from './task.js';

const INSERT = {
  name: 'agent_task_insert',
  text: `
    INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, task_description, parameters,
                            run_at, rank_at, expires_at, depends_on, depends_left, max_cost_micros, max_tokens,
                            estimate_micros, estimate_tokens, batch_id, schedule_id, created_by, correlation_id, traceparent)
    SELECT t.id, t.agent_id, 'queued', t.priority, t.max_attempts, t.timeout_seconds, t.task_description, t.parameters,
           greatest(coalesce(t.run_at, now()), now()),
           greatest(coalesce(t.run_at, now()), now()) - t.priority * interval '${SECONDS_PER_PRIORITY} seconds',
           t.expires_at, coalesce(t.depends_on, '{}'), t.depends_left, t.max_cost_micros, t.max_tokens, t.estimate_micros,
           t.estimate_tokens, t.batch_id, t.schedule_id, t.created_by, t.correlation_id, t.traceparent
    FROM jsonb_to_recordset($1::jsonb) AS t (
      id uuid, agent_id uuid, priority smallint, max_attempts integer, timeout_seconds integer, task_description text,
      parameters jsonb, run_at timestamptz, expires_at timestamptz, depends_on uuid[], depends_left integer,
      max_cost_micros bigint, max_tokens bigint, estimate_micros bigint, estimate_tokens bigint, batch_id uuid,
      schedule_id uuid, created_by text, correlation_id text, traceparent text)`,
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

/** Bench: `a task for an agent`, `tasks that ended last`, `results of a batch`. */
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
      ...(task.scheduleId !== null && { schedule_id: task.scheduleId }),
      created_by: task.createdBy,
      correlation_id: task.correlationId,
      traceparent: task.traceparent,
    }));
    await tx.execute(INSERT, [JSON.stringify(rows)]);
  }

  override async outcomes(ids: readonly string[]): Promise<TaskOutcome[]> {
    return (await this.database.query<OutcomeRow>(OUTCOMES, [ids])).map(toOutcome);
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
