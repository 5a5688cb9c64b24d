import { Injectable } from '@nestjs/common';
import { AiConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { EncryptionService } from '#platform/security';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { renderPrompt } from './prompt.js';
import { LanguageModelClient } from './language-model.client.js';
import type { ClaimedTask } from '../../attempts/claimed-task.js';
import { secretPlace } from '../../registry/agent-secret.js';
import type { RunResult } from '../http/http-agent.runner.js';
import { ModelSafeguardService } from './model-safeguard.service.js';
import { ModelSettingsService, tokensOf } from './model-settings.service.js';

/** Gives a task to a language model. */
@Injectable()
export class LlmAgentRunner {
  constructor(
    private readonly settings: ModelSettingsService,
    private readonly client: LanguageModelClient,
    private readonly encryption: EncryptionService,
    private readonly safeguards: ModelSafeguardService,
    private readonly config: AiConfig,
    private readonly logger: AppLogger,
  ) {}

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
    if (encryptedSecret !== null) return this.encryption.decrypt(encryptedSecret, secretPlace(agentId)).toString();
    const key = this.settings.keyOf(this.settings.read(config).provider);
    if (key === undefined) {
      throw new AttemptFailedException('AGENT.KEY_MISSING', 'There is no key for the provider', { retryable: false });
    }
    return key;
  }
}
