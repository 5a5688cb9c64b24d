import { Inject, Injectable } from '@nestjs/common';
import type { JsonObject } from '../tasks/task.js';
import { AGENT_KINDS, type AgentKind, resourceOf, rulesOf } from './agent-kinds.js';
import {
  AGENT_RUNNERS,
  type AgentRunner,
  type AttemptEstimate,
  type ConfigFault,
  type RunResult,
} from './agent-runner.js';
import type { ClaimedTask, StartedTask } from './claimed-task.js';

/** The runners of this process: whoever has to do with an agent asks the one of its kind here. */
@Injectable()
export class AgentRunnersService {
  private readonly byKind: ReadonlyMap<AgentKind, AgentRunner>;

  /** @throws Error when a kind is run by nobody */
  constructor(@Inject(AGENT_RUNNERS) runners: readonly AgentRunner[]) {
    this.byKind = new Map(runners.map((runner) => [runner.kind, runner]));
    const missing = AGENT_KINDS.filter((kind) => !rulesOf(kind).isLeased && !this.byKind.has(kind));
    if (missing.length > 0) throw new Error(`Nobody runs agents of kind ${missing.join(', ')}`);
  }

  /** Kinds of agents that this process runs by itself. */
  get kinds(): readonly AgentKind[] {
    return [...this.byKind.keys()];
  }

  /** What this process has of what agents need, in the words of `Claimant.resources`. */
  get resources(): readonly string[] {
    return [...this.byKind.values()].flatMap(({ kind, has = [] }) => {
      const { need } = rulesOf(kind);
      return need ? has.map((name) => resourceOf(need, name)) : [];
    });
  }

  /** Kinds of agents whose circuits stay closed. */
  get unbroken(): readonly AgentKind[] {
    return [...this.byKind.values()].filter(({ isUnbroken }) => isUnbroken).map(({ kind }) => kind);
  }

  /** See `AgentRunner.check`. */
  check(kind: AgentKind, config: JsonObject): ConfigFault | undefined {
    return this.byKind.get(kind)?.check?.(config);
  }

  /** See `AgentRunner.estimate`; `undefined` for kinds that cannot tell. @throws AgentNotRunnableException */
  estimate(
    { kind, config }: { readonly kind: AgentKind; readonly config: JsonObject },
    task: Pick<StartedTask, 'taskDescription' | 'parameters'>,
    isBounded: boolean,
  ): AttemptEstimate | undefined {
    return this.byKind.get(kind)?.estimate?.(config, task, isBounded);
  }

  /** Runs one attempt of a task in this process. @throws whatever keeps it from succeeding */
  async run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    const runner = this.byKind.get(claimed.kind);
    if (!runner) throw new Error(`Agents of kind ${claimed.kind} are not run here`);
    return runner.run(claimed, signal);
  }
}
