import type { TaskAccess } from './task-access.js';
import type { TaskState } from './task-state.js';

/** Any JSON object, as callers pass it to agents. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Why a task, or one attempt of it, failed. */
export interface TaskFailure {
  /** Stable, `MODULE.REASON` for failures of ours; an agent's own code otherwise. */
  readonly code: string;
  readonly message: string;
}

/** Limits of what a task may consume over all its attempts; `null` is no limit. Costs in millionths of a US dollar. */
export interface TaskBudget {
  readonly maxCostMicros: bigint | null;
  readonly maxTokens: number | null;
}

/** Where a task is, and what decides who may do what with it. */
export interface TaskGlance extends TaskAccess {
  readonly state: TaskState;
}

/** What became of a task so far. */
export interface TaskOutcome extends TaskGlance {
  readonly id: string;
  readonly output: unknown;
  readonly error: TaskFailure | null;
  /** Whether the output is not shown, as those of other tasks beside it are large. */
  readonly isLeftOut: boolean;
}

/** A task among others: without what may be large. Times are the database's; costs are in millionths of a US dollar. */
export interface TaskSummary extends TaskGlance {
  readonly id: string;
  readonly agent: string;
  /** 1 to 10; 10 is served first. */
  readonly priority: number;
  /** Attempts begun so far. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly timeoutSeconds: number;
  readonly taskDescription: string | null;
  readonly error: TaskFailure | null;
  /** What its runner last said; `null` among others too when it is larger than `SHOWN_BYTES`. */
  readonly progress: unknown;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costMicros: bigint;
  readonly batchId: string | null;
  /** The schedule that it was queued for, which may be gone. */
  readonly scheduleId: string | null;
  /** The worker, or process of this service, that holds or last held its lease. */
  readonly workerId: string | null;
  /** Of the request, task or job run that asked for it. */
  readonly correlationId: string | null;
  /** Tasks that must succeed before it starts. */
  readonly dependsOn: readonly string[];
  /** Its own; the agent's holds besides. */
  readonly budget: TaskBudget;
  readonly createdAt: Date;
  readonly queuedAt: Date;
  /** Earliest start. */
  readonly runAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** End of the present attempt's time; of the task's, if it has one, while it waits. */
  readonly deadlineAt: Date | null;
  /** When a person let it start in spite of a budget or limit. */
  readonly approvedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  /** When the runner was told of the cancellation. */
  readonly cancelAcknowledgedAt: Date | null;
  /** When the runner of a cancelled task stopped. */
  readonly stoppedAt: Date | null;
}

/** A unit of work for an agent, whole. */
export interface Task extends TaskSummary {
  readonly parameters: JsonObject;
  readonly output: unknown;
  /** Whether any task depends on it. */
  readonly hasDependents: boolean;
}

/** Longest time of one attempt: a day. */
export const MAX_TIMEOUT_SECONDS = 86_400;

/** Largest `parameters` of a task, in bytes of JSON. */
export const MAX_PARAMETERS_BYTES = 1024 * 1024;

/** Largest output of a task, in bytes of JSON. */
export const MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

/** Largest progress that is shown beside those of other tasks, in bytes of JSON. */
export const SHOWN_BYTES = 16 * 1024;

/** Bytes of output that the tasks of one answer show together. */
export const SHOWN_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Seconds of waiting that weigh as much as one step of priority, so that nothing waits for ever (ageing). */
export const SECONDS_PER_PRIORITY = 60;
