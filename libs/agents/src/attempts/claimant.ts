import type { AgentKind } from '../runners/agent-kinds.js';
import type { TaskState } from '../tasks/task-state.js';

/** Whose work a claimant can do. */
export interface Claimant {
  readonly kinds: readonly AgentKind[];
  /** What it has of what agents need to run, see `KindNeed`. */
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
