import type { JsonObject, Task } from '../tasks/task.js';
import type { AgentKind } from './agent-kinds.js';

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
