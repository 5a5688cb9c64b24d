import { Injectable } from '@nestjs/common';
import { AiConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { AgentNotRunnableException, AttemptFailedException } from '../../tasks/agents.exceptions.js';
import type { JsonObject } from '../../tasks/task.js';
import { renderPrompt } from './prompt.js';
import { LanguageModelClient } from './language-model.client.js';
import type { AgentRunner, AttemptEstimate, RunResult } from '../agent-runner.js';
import { AgentSecretRepository } from '../agent-secret.repository.js';
import type { ClaimedTask, StartedTask } from '../claimed-task.js';
import { ModelSafeguardService } from './model-safeguard.service.js';
import { ModelSettingsService, tokensOf } from './model-settings.service.js';

/** Gives a task to a language model. */
@Injectable()
export class LlmAgentRunner implements AgentRunner {
  readonly kind = 'llm';

  constructor(
    private readonly settings: ModelSettingsService,
    private readonly client: LanguageModelClient,
    private readonly secrets: AgentSecretRepository,
    private readonly safeguards: ModelSafeguardService,
    private readonly config: AiConfig,
    private readonly logger: AppLogger,
  ) {}

  get has(): readonly string[] {
    return this.settings.providers;
  }

  get isUnbroken(): boolean {
    return !this.config.enableCircuitBreaker;
  }

  /** A budget that cannot be counted would be none. @throws AgentNotRunnableException */
  estimate(
    config: JsonObject,
    task: Pick<StartedTask, 'taskDescription' | 'parameters'>,
    isBounded: boolean,
  ): AttemptEstimate {
    const estimate = this.settings.estimate(config, task);
    if (estimate.micros !== null || !isBounded) return estimate;
    throw new AgentNotRunnableException('There is a budget, and AI_PRICES does not say what the model costs');
  }

  /**
   * @throws AttemptFailedException when the prompt lacks a value, or the provider refuses, fails or answers what cannot be used
   * @throws TaskPostponedException when the safeguards do not let the call through now
   */
  async run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    this.safeguards.demand();
    const { task } = claimed;
    const settings = this.settings.read(claimed.config);
    const { prompt, missing } = renderPrompt(settings.promptTemplate, task);
    if (missing.length > 0) {
      throw new AttemptFailedException('AGENT.PARAMETER_MISSING', `The prompt needs ${missing.join(', ')}`, {
        retryable: false,
        blame: 'elsewhere',
      });
    }
    const apiKey = this.keyFor(claimed);
    await this.safeguards.admit(task, signal);
    const answer = await this.client.complete({ ...settings, prompt, apiKey }, signal);
    const { text, model, stopReason } = answer;
    // What was paid is counted, whatever the answer: by its length when the provider does not say.
    const {
      tokensIn = tokensOf((settings.system ?? '').length + prompt.length),
      tokensOut = tokensOf(text?.length ?? 0),
    } = answer;
    const usage = { tokensIn, tokensOut, costMicros: this.settings.costOf(settings.model, tokensIn, tokensOut) ?? 0n };
    if (this.config.enableAuditLogging) {
      const line = `Task ${task.id}: ${settings.provider} ${model}, ${tokensIn} tokens in, ${tokensOut} out`;
      this.logger.log(line, 'Models');
    }
    if (text === undefined) {
      const options = { retryable: true, usage };
      throw new AttemptFailedException('AGENT.BAD_OUTPUT', 'The provider answered what cannot be understood', options);
    }
    return { output: { text, model, stopReason }, usage };
  }

  private keyFor({ agentId, encryptedSecret, config }: ClaimedTask): string {
    if (encryptedSecret !== null) return this.secrets.decrypt(encryptedSecret, agentId);
    const key = this.settings.keyOf(this.settings.read(config).provider);
    if (key === undefined) {
      throw new AttemptFailedException('AGENT.KEY_MISSING', 'There is no key for the provider', { retryable: false });
    }
    return key;
  }
}
