import {
  type JsonObject,
  SHOWN_BYTES,
  SHOWN_OUTPUT_BYTES,
  type Task,
  type TaskFailure,
  type TaskGlance,
  type TaskOutcome,
  type TaskSummary,
} from './task.js';
import type { ExecutorRole } from './task-access.js';
import type { TaskState } from './task-state.js';

/** The credential whose worker holds or last held `agent_task t`; NULL of what this service runs itself. */
export const HOLDER = '(SELECT w.credential_id FROM agent_worker w WHERE w.id = t.worker_id)';

/** Where `agent_task t` of `agent a` is, and what decides who may do what with it. */
const GLANCE = `t.state, t.created_by, a.minimum_role,
  CASE WHEN t.state IN ('leased', 'running') THEN ${HOLDER} END AS held_by`;

/** What `GLANCE` reads. */
type GlanceRow = { state: TaskState; created_by: string; minimum_role: ExecutorRole; held_by: string | null };

function toGlance(row: GlanceRow): TaskGlance {
  return { state: row.state, createdBy: row.created_by, minimumRole: row.minimum_role, heldBy: row.held_by };
}

/** What a `TaskRow` is read by, of `agent_task t` and `agent a`. */
export const TASK_COLUMNS = `t.*, a.slug AS agent, ${GLANCE}`;

/** What is stored is at most compressed: what is large then is not even unpacked. */
const bytesOf = (column: string, most: number): string =>
  `CASE WHEN pg_column_size(${column}) > ${most} THEN ${most + 1} ELSE octet_length(${column}::text) END`;
const isShown = (column: string): string => `coalesce(${bytesOf(column, SHOWN_BYTES)} <= ${SHOWN_BYTES}, true)`;

/** The columns of one of many tasks: a `SummaryRow`, without what may be large. */
export const LISTED_COLUMNS = `t.id, a.slug AS agent, t.priority, t.attempt, t.max_attempts, t.timeout_seconds, t.task_description, t.error,
  t.tokens_in, t.tokens_out, t.cost_micros, t.batch_id, t.schedule_id, t.worker_id, t.correlation_id, t.depends_on, t.created_at, t.queued_at,
  t.run_at, t.started_at, t.finished_at, t.deadline_at, t.expires_at, t.max_cost_micros, t.max_tokens, t.approved_at, t.cancel_requested_at,
  t.cancel_acknowledged_at, t.stopped_at, ${GLANCE}, CASE WHEN ${isShown('t.progress')} THEN t.progress END AS progress`;

const TOGETHER = `coalesce(sum(${bytesOf('t.output', SHOWN_OUTPUT_BYTES)}) OVER (ORDER BY t.id) <= ${SHOWN_OUTPUT_BYTES}, true)`;

/** What became of one of many tasks; outputs of any size, as long as all of them together are not too large. */
export const OUTCOME_COLUMNS = `t.id, ${GLANCE}, t.error, CASE WHEN ${TOGETHER} THEN t.output END AS output, NOT ${TOGETHER} AS is_left_out`;

/** What `OUTCOME_COLUMNS` reads. */
export type OutcomeRow = GlanceRow & { id: string; output: unknown; error: TaskFailure | null; is_left_out: boolean };

export function toOutcome(row: OutcomeRow): TaskOutcome {
  return { ...toGlance(row), id: row.id, output: row.output, error: row.error, isLeftOut: row.is_left_out };
}

/** What `LISTED_COLUMNS` reads. */
export type SummaryRow = GlanceRow & {
  id: string;
  agent: string;
  priority: number;
  attempt: number;
  max_attempts: number;
  timeout_seconds: number;
  task_description: string | null;
  error: TaskFailure | null;
  progress: unknown;
  tokens_in: string;
  tokens_out: string;
  cost_micros: string;
  batch_id: string | null;
  schedule_id: string | null;
  worker_id: string | null;
  correlation_id: string | null;
  depends_on: string[];
  created_at: Date;
  queued_at: Date;
  run_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  deadline_at: Date | null;
  expires_at: Date | null;
  max_cost_micros: string | null;
  max_tokens: string | null;
  approved_at: Date | null;
  cancel_requested_at: Date | null;
  cancel_acknowledged_at: Date | null;
  stopped_at: Date | null;
};

/** A row of `agent_task` with what is known of its agent. */
export type TaskRow = SummaryRow & { parameters: JsonObject; output: unknown; has_dependents: boolean };

export function toTask(row: TaskRow): Task {
  const { parameters, output, has_dependents: hasDependents } = row;
  return { ...toSummary(row), parameters, output, hasDependents };
}

export function toSummary(row: SummaryRow): TaskSummary {
  return {
    id: row.id,
    agent: row.agent,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    timeoutSeconds: row.timeout_seconds,
    taskDescription: row.task_description,
    error: row.error,
    progress: row.progress,
    tokensIn: Number(row.tokens_in),
    tokensOut: Number(row.tokens_out),
    costMicros: BigInt(row.cost_micros),
    batchId: row.batch_id,
    scheduleId: row.schedule_id,
    workerId: row.worker_id,
    correlationId: row.correlation_id,
    dependsOn: row.depends_on,
    budget: {
      maxCostMicros: row.max_cost_micros === null ? null : BigInt(row.max_cost_micros),
      maxTokens: row.max_tokens === null ? null : Number(row.max_tokens),
    },
    ...toGlance(row),
    createdAt: row.created_at,
    queuedAt: row.queued_at,
    runAt: row.run_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    deadlineAt: row.deadline_at ?? row.expires_at,
    approvedAt: row.approved_at,
    cancelRequestedAt: row.cancel_requested_at,
    cancelAcknowledgedAt: row.cancel_acknowledged_at,
    stoppedAt: row.stopped_at,
  };
}
