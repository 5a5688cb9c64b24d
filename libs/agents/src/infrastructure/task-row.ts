import type { JsonObject, Task, TaskFailure } from '../domain/task.js';
import type { TaskState } from '../domain/task-state.js';

/** A row of `agent_task` with the slug of its agent. */
export type TaskRow = {
  id: string;
  agent: string;
  state: TaskState;
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
  created_by: string;
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
    state: row.state,
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
    createdBy: row.created_by,
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
