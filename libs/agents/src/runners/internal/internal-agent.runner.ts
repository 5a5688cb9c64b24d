import { Injectable } from '@nestjs/common';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { unstorable } from '../../tasks/json-value.js';
import { type JsonObject, MAX_OUTPUT_BYTES } from '../../tasks/task.js';
import type { AgentRunner, ConfigFault, RunResult } from '../agent-runner.js';
import type { ClaimedTask } from '../claimed-task.js';
import { InternalAgentService } from './internal-agent.service.js';

/** Gives a task to the handler that its agent names. */
@Injectable()
export class InternalAgentRunner implements AgentRunner {
  readonly kind = 'internal';

  constructor(private readonly handlers: InternalAgentService) {}

  get has(): readonly string[] {
    return this.handlers.names;
  }

  check(config: JsonObject): ConfigFault | undefined {
    if (this.handlers.find(String(config['handler']))) return undefined;
    return { field: 'handler', message: `must be one of ${this.handlers.names.join(', ')}` };
  }

  /** @throws AttemptFailedException for an output that cannot be kept; whatever the handler throws */
  async run({ task, config }: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    const { id, attempt, taskDescription, parameters } = task;
    const handler = this.handlers.find(String(config['handler']));
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
    return { output };
  }
}
