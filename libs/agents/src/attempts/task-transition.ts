import type { AgentCondition } from '../registry/agent-health.js';
import type { Lease } from '../tasks/lease.js';
import type { RetryPolicy } from '../tasks/task-failure.js';
import type { TaskState } from '../tasks/task-state.js';
import type { Task, TaskFailure } from '../tasks/task.js';
import type { Usage } from '../tasks/usage.js';

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

/** How a task ends, other than well. */
export interface Ending {
  readonly state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'>;
  /** Its error; `null` keeps the one it has. */
  readonly failure: TaskFailure | null;
  /** Of the event. */
  readonly data: EventData;
  /** Of the attempt that ended it; earlier attempts were counted when they failed. */
  readonly usage?: Usage;
}

/** How a task comes back into the queue. */
export interface Requeuing {
  readonly delayMs: number;
  readonly failure: TaskFailure | null;
  /** Attempts given back: the one that a shutdown interrupted, or all when a person asks for it. */
  readonly refund: number;
  readonly usage?: Usage;
  /** Its event. */
  readonly type: 'retry' | 'released' | 'requeued';
  readonly data: EventData;
}

type EventData = Readonly<Record<string, unknown>>;

/** Whether this is the lease on the task, and whoever names it holds it. */
export function isLeaseOf(locked: LockedTask | undefined, lease: Lease): locked is LockedTask {
  if (locked?.leaseToken !== lease.leaseToken) return false;
  return lease.heldBy === undefined || lease.heldBy === locked.task.heldBy;
}
