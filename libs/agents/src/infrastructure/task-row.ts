import type { JsonObject, Task, TaskFailure, TaskGlance } from '../domain/task.js';
import type { ExecutorRole } from '../domain/task-access.js';
import type { TaskState } from '../domain/task-state.js';

/** The credential whose worker holds or last held `agent_task t`; NULL of what this service runs itself. */
export const HOLDER = '(SELECT w.credential_id FROM agent_worker w WHERE w.id = t.worker_id)';

/** Where `agent_task t` of `agent a` is, and what decides who may do what with it. */
export const GLANCE = `t.state, t.created_by, a.minimum_role,
  CASE WHEN t.state IN ('leased', 'running') THEN ${HOLDER} END AS held_by`;

/** What `GLANCE` reads. */
export type GlanceRow = { state: TaskState; created_by: string; minimum_role: ExecutorRole; held_by: string | null };

export function toGlance(row: GlanceRow): TaskGlance {
  return { state: row.state, createdBy: row.created_by, minimumRole: row.minimum_role, heldBy: row.held_by };
}

/** What a `TaskRow` is read by, of `agent_task t` and `agent a`. */
export const TASK_COLUMNS = `t.*, a.slug AS agent, ${GLANCE}`;

/** A row of `agent_task` with what is known of its agent. */
export type TaskRow = GlanceRow & {
  id: string;
  agent: string;
  priority: number;
  attempt: number;
  max_attempts: number;
  timeout_seconds: number;
  task_description: string | null;
  parameters: JsonObject;
  output: unknown;
  error: TaskFailure | null;
  progress: unknown;
  tokens_in: string;
  tokens_out: string;
  cost_micros: string;
  batch_id: string | null;
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

export function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    agent: row.agent,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    timeoutSeconds: row.timeout_seconds,
    taskDescription: row.task_description,
    parameters: row.parameters,
    output: row.output,
    error: row.error,
    progress: row.progress,
    tokensIn: Number(row.tokens_in),
    tokensOut: Number(row.tokens_out),
    costMicros: BigInt(row.cost_micros),
    batchId: row.batch_id,
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
