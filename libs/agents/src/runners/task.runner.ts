import { Injectable } from '@nestjs/common';
import type { AgentKind } from '../registry/agent.js';
import { AttemptFailedException } from '../tasks/agents.exceptions.js';
import { unstorable } from '../tasks/json-value.js';
import { MAX_OUTPUT_BYTES } from '../tasks/task.js';
import type { ClaimedTask } from '../attempts/claimed-task.js';
import { HttpAgentRunner, type RunResult } from './http/http-agent.runner.js';
import { InternalAgentService } from '../registry/internal-agent.service.js';
import { LlmAgentRunner } from './llm/llm-agent.runner.js';
import { ModelSettingsService } from './llm/model-settings.service.js';

/** Runs one attempt of a task in this process. */
@Injectable()
export class TaskRunner {
  /** Kinds of agents that this process runs by itself. */
  readonly kinds: readonly AgentKind[] = ['internal', 'http', 'llm'];

  constructor(
    private readonly internal: InternalAgentService,
    private readonly http: HttpAgentRunner,
    private readonly llm: LlmAgentRunner,
    private readonly models: ModelSettingsService,
  ) {}

  /** What agents need of this process: handlers that it has, and providers of models that it has a key for. */
  get resources(): readonly string[] {
    return [
      ...this.internal.names.map((name) => `handler:${name}`),
      ...this.models.providers.map((name) => `key:${name}`),
    ];
  }

  /** @throws whatever keeps the attempt from succeeding */
  async run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    switch (claimed.kind) {
      case 'http':
        return this.http.run(claimed, signal);
      case 'internal':
        return { output: await this.runHandler(claimed, signal) };
      case 'llm':
        return this.llm.run(claimed, signal);
      case 'worker':
        throw new Error(`Agents of kind ${claimed.kind} are not run here`);
    }
  }

  private async runHandler({ task, config }: ClaimedTask, signal: AbortSignal): Promise<unknown> {
    const { id, attempt, taskDescription, parameters } = task;
    const handler = this.internal.find(String(config['handler']));
    if (!handler) throw new Error(`There is no handler ${String(config['handler'])}`);
    const output = (await handler.run({ id, attempt, taskDescription, parameters }, signal)) ?? null;
    const problem = unstorable(output);
    if (problem !== undefined) {
      throw new AttemptFailedException('AGENT.BAD_OUTPUT', `The output holds ${problem}`, { retryable: false });
    }
    if (Buffer.byteLength(JSON.stringify(output)) > MAX_OUTPUT_BYTES) {
      throw new AttemptFailedException('AGENT.OUTPUT_TOO_LARGE', 'The output is larger than 10 MB', {
        retryable: false,
      });
    }
    return output;
  }
}
