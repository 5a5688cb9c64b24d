import { Injectable } from '@nestjs/common';
import { AiConfig } from '#config';
import { costOf, priceOf, priceTable } from './model-price.js';
import { renderPrompt } from './prompt.js';
import type { JsonObject } from '../../tasks/task.js';
import type { AttemptEstimate } from '../agent-runner.js';
import type { ModelProvider } from './language-model.client.js';

/** How an agent of kind `llm` asks its model: its own settings, and the service's where it has none. */
export interface ModelSettings {
  readonly provider: ModelProvider;
  readonly model: string;
  readonly promptTemplate: string;
  readonly system: string | undefined;
  readonly maxTokens: number;
  /** Not sent when `undefined`. */
  readonly temperature: number | undefined;
}

/** Characters that a token stands for at least, in most texts; used before the provider has counted. */
const CHARACTERS_PER_TOKEN = 3;

/** Tokens that so many characters are at most, in most texts. */
export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** What language models are asked with, and what that costs. */
@Injectable()
export class ModelSettingsService {
  private readonly prices;

  constructor(private readonly config: AiConfig) {
    this.prices = priceTable(config.prices);
  }

  /** Providers that the service has a key for. */
  get providers(): readonly ModelProvider[] {
    const keys = { anthropic: this.config.anthropicApiKey, openai: this.config.openaiApiKey };
    return (['anthropic', 'openai'] as const).filter((provider) => keys[provider] !== undefined);
  }

  keyOf(provider: ModelProvider): string | undefined {
    return provider === 'anthropic' ? this.config.anthropicApiKey : this.config.openaiApiKey;
  }

  /** The configuration of an agent was checked when it was set. */
  read(config: JsonObject): ModelSettings {
    const { provider, model, promptTemplate, system, maxTokens } = config as Partial<ModelSettings>;
    // `null` keeps the service's own from being sent.
    const { temperature = this.config.temperature } = config as { temperature?: number | null };
    return {
      provider: provider ?? 'anthropic',
      model: model ?? this.config.defaultModel,
      promptTemplate: promptTemplate ?? '',
      system,
      maxTokens: maxTokens ?? this.config.maxTokens,
      temperature: temperature ?? undefined,
    };
  }

  /** Cost in millionths of a US dollar; `undefined` for a model without a price. */
  costOf(model: string, tokensIn: number, tokensOut: number): bigint | undefined {
    const price = priceOf(this.prices, model);
    return price && costOf(price, tokensIn, tokensOut);
  }

  /** As if the answer were as long as it may be. */
  estimate(config: JsonObject, task: { taskDescription: string | null; parameters: JsonObject }): AttemptEstimate {
    const { model, promptTemplate, system = '', maxTokens } = this.read(config);
    const { prompt } = renderPrompt(promptTemplate, task);
    const tokensIn = tokensOf(system.length + prompt.length);
    return { tokens: tokensIn + maxTokens, micros: this.costOf(model, tokensIn, maxTokens) ?? null };
  }
}
