import type { JsonObject } from '../tasks/task.js';
import type { Usage } from '../tasks/usage.js';
import type { AgentKind } from './agent-kinds.js';
import type { ClaimedTask, StartedTask } from './claimed-task.js';

/** What an attempt led to: an output, or the promise of a callback. */
export type RunResult = { readonly output: unknown; readonly usage?: Usage } | { readonly awaitsCallback: true };

/** What an attempt will consume at most; the cost, in millionths of a US dollar, is `null` where nobody knows a price. */
export interface AttemptEstimate {
  readonly tokens: number;
  readonly micros: bigint | null;
}

/** What is wrong with a field of a configuration. */
export interface ConfigFault {
  readonly field: string;
  readonly message: string;
}

/** Runs the agents of one kind in this process. What holds for the kind wherever it runs stands in its `KindRules`. */
export interface AgentRunner {
  readonly kind: AgentKind;
  /** Names of what this process has of what the kind needs, see `KindNeed`. */
  readonly has?: readonly string[];
  /** Whether the circuits of its agents stay closed, however often they fail. */
  readonly isUnbroken?: boolean;

  /** Why a configuration that keeps the rules of the kind cannot be used here; `undefined` when it can. */
  check?(config: JsonObject): ConfigFault | undefined;

  /**
   * What an attempt will consume at most, for kinds that can tell beforehand.
   *
   * @param isBounded whether a budget of money bounds it
   * @throws AgentNotRunnableException when that budget could not be counted
   */
  estimate?(
    config: JsonObject,
    task: Pick<StartedTask, 'taskDescription' | 'parameters'>,
    isBounded: boolean,
  ): AttemptEstimate;

  /**
   * Does one attempt. It should end soon after the signal is aborted.
   *
   * @throws AttemptFailedException for failures that it can name
   * @throws TaskPostponedException when the task is not to run now
   */
  run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult>;
}

/** Every runner of this process, by dependency injection. */
export const AGENT_RUNNERS = Symbol('AGENT_RUNNERS');
