import type { AgentKind } from '../registry/agent.js';
import type { JsonObject, Task } from '../tasks/task.js';
import type { TaskState } from '../tasks/task-state.js';

/** Whose work a claimant can do. */
export interface Claimant {
  readonly kinds: readonly AgentKind[];
  /** What agents need to run at the claimant: `handler:<name>` of internal ones, `key:<provider>` of models without a key. */
  readonly resources: readonly string[];
  /** Only these agents; `undefined` is any. */
  readonly agents?: readonly string[] | undefined;
  /** State that a claimed task enters: a remote worker has yet to say that it began. */
  readonly entering: Extract<TaskState, 'leased' | 'running'>;
}

/** Room for tasks. */
export interface Room {
  /** Id of the process or worker that will hold the leases. */
  readonly workerId: string;
  readonly leaseSeconds: number;
  /** How many tasks it takes. */
  readonly size: number;
}

/** What whoever runs a task needs to know of it. */
export type StartedTask = Pick<
  Task,
  'id' | 'agent' | 'attempt' | 'taskDescription' | 'parameters' | 'deadlineAt' | 'approvedAt'
>;

/** A task with the lease on it and what is needed to run it. */
export interface ClaimedTask {
  readonly task: StartedTask;
  readonly agentId: string;
  readonly leaseToken: string;
  /** Index of the room that it takes a place in. */
  readonly room: number;
  /** Milliseconds until the attempt's time is over, from the moment of the claim. */
  readonly timeoutMs: number;
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}
