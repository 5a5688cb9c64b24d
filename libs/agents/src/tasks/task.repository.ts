import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import {
  type JsonObject,
  SECONDS_PER_PRIORITY,
  type Task,
  type TaskFailure,
  type TaskGlance,
  type TaskOutcome,
} from './task.js';
import { FINAL_STATES, type TaskState } from './task-state.js';
import { listQuery, type TaskFilter } from './task-list.postgres.js';
import {
  GLANCE,
  type GlanceRow,
  OUTCOME_COLUMNS,
  type OutcomeRow,
  TASK_COLUMNS,
  type TaskRow,
  toGlance,
  toOutcome,
  toTask,
} from './task.postgres.js';

/** A task that is about to be queued. */
export interface NewTask {
  readonly id: string;
  readonly agentId: string;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly timeoutSeconds: number;
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
  readonly runAt: Date | null;
  /** Latest end, over all attempts. */
  readonly expiresAt: Date | null;
  readonly dependsOn: readonly string[];
  /** Of `dependsOn`, how many have yet to succeed. */
  readonly dependsLeft: number;
  readonly maxCostMicros: bigint | null;
  readonly maxTokens: number | null;
  /** What an attempt is expected to consume at most, where that is known beforehand. */
  readonly estimateMicros: bigint | null;
  readonly estimateTokens: number | null;
  readonly batchId: string | null;
  readonly createdBy: string;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

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

const SELECT = `SELECT ${TASK_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id`;

const OUTCOMES = `SELECT ${OUTCOME_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE t.id = ANY ($1)`;

const FIND = { name: 'agent_task_find', text: `${SELECT} WHERE t.id = $1` };

const LOOK = {
  name: 'agent_task_glance',
  text: `SELECT ${GLANCE} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE t.id = $1`,
};

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

/** A task that ended, in short. */
export interface EndedTask {
  readonly id: string;
  readonly agent: string;
  readonly state: TaskState;
  readonly finishedAt: Date;
  readonly error: TaskFailure | null;
}

type EndedRow = { id: string; agent: string; state: TaskState; finished_at: Date; error: TaskFailure | null };

/** Reading tasks and bringing them into being. */
@Injectable()
export class TaskRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, tasks: readonly NewTask[]): Promise<void> {
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

  async find(id: string): Promise<Task | undefined> {
    const [row] = await this.database.query<TaskRow>(FIND, [id]);
    return row && toTask(row);
  }

  /** Like `find`, without what may be large. */
  async glance(id: string): Promise<TaskGlance | undefined> {
    const [row] = await this.database.query<GlanceRow>(LOOK, [id]);
    return row && toGlance(row);
  }

  /** Of the given tasks, those that exist. */
  async outcomes(ids: readonly string[]): Promise<TaskOutcome[]> {
    return (await this.database.query<OutcomeRow>(OUTCOMES, [ids])).map(toOutcome);
  }

  /** States of the given tasks, by id; cheaper than the tasks. */
  async statesOf(ids: readonly string[]): Promise<Map<string, TaskState>> {
    const rows = await this.database.query<{ id: string; state: TaskState }>(
      'SELECT id, state FROM agent_task WHERE id = ANY ($1)',
      [ids],
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  /** Newest first. */
  async list(filter: TaskFilter): Promise<Task[]> {
    const { text, values } = listQuery(filter);
    return (await this.database.query<TaskRow>(text, values)).map(toTask);
  }

  /** The tasks that ended last, latest first, before an instant or behind one of them. */
  async recentlyEnded(limit: number, before?: Date, afterId?: string): Promise<EndedTask[]> {
    const bound = before ?? 'infinity';
    const rows = await (afterId === undefined
      ? this.database.query<EndedRow>(RECENT, [limit, bound])
      : this.database.query<EndedRow>(RECENT_AFTER, [limit, bound, afterId]));
    return rows.map(({ finished_at, ...row }) => ({ ...row, finishedAt: finished_at }));
  }

  /** Ids of tasks that ended in a state, the oldest first. */
  async endedIds(filter: {
    state: TaskState;
    agent?: string | undefined;
    ids?: readonly string[] | undefined;
    after?: string | undefined;
    limit: number;
  }): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT id FROM agent_task
       WHERE state = $1 AND state IN ('failed', 'dead') AND ($2::text IS NULL OR agent_id = (SELECT id FROM agent WHERE slug = $2))
         AND ($3::uuid[] IS NULL OR id = ANY ($3)) AND ($4::uuid IS NULL OR id > $4)
       ORDER BY id LIMIT $5`,
      [filter.state, filter.agent ?? null, filter.ids ?? null, filter.after ?? null, filter.limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether the agent has tasks that have not ended. */
  async hasOpen(tx: Transaction, agentId: string): Promise<boolean> {
    const [row] = await tx.query<{ open: boolean }>(
      `SELECT EXISTS (SELECT FROM agent_task WHERE agent_id = $1 AND state = 'queued')
           OR EXISTS (SELECT FROM agent_task WHERE agent_id = $1 AND state = 'waiting_approval')
           OR EXISTS (SELECT FROM agent_task WHERE agent_id = $1 AND state IN ('leased', 'running')) AS open`,
      [agentId],
    );
    return row?.open ?? false;
  }
}
