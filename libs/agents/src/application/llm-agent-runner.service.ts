import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AiConfig, EnvironmentConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { EncryptionService, RateLimitStorage } from '#platform/security';
import { AttemptFailedError } from '../domain/agents.exceptions.js';
import { renderPrompt } from '../domain/prompt.js';
import { LanguageModelClient } from '../infrastructure/language-model.client.js';
import type { ClaimedTask } from '../infrastructure/task-claim.repository.js';
import { secretPlace } from './agent-registry.service.js';
import type { RunResult } from './http-agent-runner.service.js';
import { ModelSettingsReader } from './model-settings.service.js';

const MINUTE_MS = 60_000;

/** Gives a task to a language model. */
@Injectable()
export class LlmAgentRunner {
  constructor(
    private readonly settings: ModelSettingsReader,
    private readonly client: LanguageModelClient,
    private readonly encryption: EncryptionService,
    private readonly limits: RateLimitStorage,
    private readonly config: AiConfig,
    private readonly environment: EnvironmentConfig,
    private readonly logger: AppLogger,
  ) {}

  /** @throws AttemptFailedError when the prompt lacks a value, or the provider refuses, fails or answers what cannot be used */
  async run(claimed: ClaimedTask, signal: AbortSignal): Promise<RunResult> {
    this.demandSafeguards();
    const { task } = claimed;
    const settings = this.settings.read(claimed.config);
    const { prompt, missing } = renderPrompt(settings.promptTemplate, task);
    if (missing.length > 0) {
      throw new AttemptFailedError('AGENT.PARAMETER_MISSING', `The prompt needs ${missing.join(', ')}`, {
        retryable: false,
        blame: 'elsewhere',
      });
    }
    const apiKey = this.keyFor(claimed);
    await this.waitForTurn(signal);
    const answer = await this.client.complete({ ...settings, prompt, apiKey }, signal);
    const { text, model, stopReason, tokensIn, tokensOut } = answer;
    const costMicros = this.settings.costOf(settings.model, tokensIn, tokensOut) ?? 0n;
    if (this.config.enableAuditLogging) {
      const line = `Task ${task.id}: ${settings.provider} ${model}, ${tokensIn} tokens in, ${tokensOut} out`;
      this.logger.log(line, 'Models');
    }
    return { output: { text, model, stopReason }, usage: { tokensIn, tokensOut, costMicros } };
  }

  private keyFor({ agentId, encryptedSecret, config }: ClaimedTask): string {
    if (encryptedSecret !== null) return this.encryption.decrypt(encryptedSecret, secretPlace(agentId)).toString();
    const key = this.settings.keyOf(this.settings.read(config).provider);
    if (key === undefined) {
      throw new AttemptFailedError('AGENT.KEY_MISSING', 'There is no key for the provider', { retryable: false });
    }
    return key;
  }

  private demandSafeguards(): void {
    const { enforceProductionSafeguards, enableSafeguards } = this.config;
    if (!this.environment.isProduction || !enforceProductionSafeguards || enableSafeguards) return;
    throw new AttemptFailedError('AGENT.SAFEGUARDS_OFF', 'Models do not run in production without safeguards', {
      retryable: false,
      blame: 'elsewhere',
    });
  }

  /** Over all replicas, where Redis is shared. Waiting costs no attempt; the time of the attempt bounds it. */
  private async waitForTurn(signal: AbortSignal): Promise<void> {
    const { enableRateLimiting, maxRequestsPerMinute } = this.config;
    while (enableRateLimiting) {
      const hit = await this.limits.increment('models', MINUTE_MS, maxRequestsPerMinute);
      if (!hit.isBlocked) return;
      await sleep(hit.timeToExpire * 1000 + Math.random() * 1000, undefined, { signal });
    }
  }
}
