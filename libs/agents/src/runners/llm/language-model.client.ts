import { Injectable } from '@nestjs/common';
import { AiConfig } from '#config';
import { cutText, soundText } from '#platform/kernel';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';

export type ModelProvider = 'anthropic' | 'openai';

/** What is asked of a model. */
export interface Completion {
  readonly provider: ModelProvider;
  readonly apiKey: string;
  readonly model: string;
  readonly system: string | undefined;
  readonly prompt: string;
  readonly maxTokens: number;
  /** Sent only when it is set: models that reason refuse it. Never sent to Anthropic, whose API refuses it since version 2026-10-21. */
  readonly temperature: number | undefined;
}

/** What a model answered, and what that cost. */
export interface ModelAnswer {
  /** Empty when it stopped before it said anything; `undefined` when what it says cannot be understood. */
  readonly text: string | undefined;
  /** The model as the provider names it. */
  readonly model: string;
  /** The provider's word for why the answer ends where it does. */
  readonly stopReason: string | null;
  /** `undefined` when the provider gives no number that can be. */
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
}

/** Client errors that say the request is wrong, not the agent or the provider. */
const REQUEST_STATUSES = new Set([400, 413, 422]);
/** Characters that are kept of the name of a model or of why it stopped. */
const MAX_NAME = 200;

const RETRYABLE_STATUSES = new Set([408, 409, 425, 429]);

/** Loaded with the first call: a start would take a quarter of a second longer for them, and most processes never call a model. */
const SDKS = { anthropic: () => import('@anthropic-ai/sdk'), openai: () => import('openai') };

/**
 * Language models, by the official SDKs of their providers. The SDKs do not repeat calls by themselves: attempts are the
 * engine's, and it knows of budgets and deadlines.
 */
@Injectable()
export class LanguageModelClient {
  constructor(private readonly config: AiConfig) {}

  /** @throws AttemptFailedException saying whether another attempt can help, and when */
  async complete(completion: Completion, signal: AbortSignal): Promise<ModelAnswer> {
    try {
      return completion.provider === 'anthropic'
        ? await this.askAnthropic(completion, signal)
        : await this.askOpenAi(completion, signal);
    } catch (error) {
      if (signal.aborted || error instanceof AttemptFailedException) throw error;
      const { APIError } = await SDKS[completion.provider]();
      throw error instanceof APIError ? toFailure(error) : malformed(error);
    }
  }

  private async askAnthropic(completion: Completion, signal: AbortSignal): Promise<ModelAnswer> {
    const { apiKey, model, system, prompt, maxTokens } = completion;
    const { Anthropic } = await SDKS.anthropic();
    const client = new Anthropic({ ...this.options(this.config.anthropicBaseUrl), apiKey, authToken: null });
    const message = await client.messages.create(
      {
        model,
        max_tokens: maxTokens,
        ...(system !== undefined && { system }),
        messages: [{ role: 'user', content: prompt }],
      },
      { signal },
    );
    const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = message?.usage ?? {};
    const isReadable = Array.isArray(message?.content);
    return understood({
      text: isReadable
        ? message.content.map((block) => (block?.type === 'text' ? block.text : '')).join('')
        : undefined,
      model: message?.model,
      stopReason: message?.stop_reason,
      // What came from or went into the cache is billed at other rates; counted whole, the cost is never understated by much.
      tokensIn: sumOf(input_tokens, cache_creation_input_tokens ?? 0, cache_read_input_tokens ?? 0),
      tokensOut: sumOf(output_tokens),
    });
  }

  private async askOpenAi(completion: Completion, signal: AbortSignal): Promise<ModelAnswer> {
    const { apiKey, model, system, prompt, maxTokens, temperature } = completion;
    const options = { ...this.options(this.config.openaiBaseUrl), apiKey, organization: null, project: null };
    const { OpenAI } = await SDKS.openai();
    const answer = await new OpenAI(options).chat.completions.create(
      {
        model,
        max_completion_tokens: maxTokens,
        ...(temperature !== undefined && { temperature }),
        messages: [
          ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
          { role: 'user', content: prompt },
        ],
      },
      { signal },
    );
    const [choice] = Array.isArray(answer?.choices) ? answer.choices : [];
    const message = choice?.message;
    // A model that will not answer says why in a field of its own, and one that spent all its tokens on reasoning says nothing.
    const refusal = typeof message?.refusal === 'string' ? message.refusal : undefined;
    const content = message?.content ?? refusal ?? '';
    return understood({
      text: message && typeof content === 'string' ? content : undefined,
      model: answer?.model,
      stopReason: refusal === undefined ? choice?.finish_reason : 'refusal',
      tokensIn: sumOf(answer?.usage?.prompt_tokens),
      tokensOut: sumOf(answer?.usage?.completion_tokens),
    });
  }

  private options(baseURL: string | undefined): {
    baseURL?: string;
    maxRetries: number;
    timeout: number;
    logLevel: 'off';
  } {
    const timeout = this.config.timeoutSeconds * 1000;
    return { ...(baseURL !== undefined && { baseURL }), maxRetries: 0, timeout, logLevel: 'off' };
  }
}

/** @throws AttemptFailedException when nothing of it can be understood, so that nothing was paid either as far as we know */
function understood(answer: { [K in keyof ModelAnswer]: ModelAnswer[K] | undefined }): ModelAnswer {
  const { text, model, stopReason, tokensIn, tokensOut } = answer;
  if (text === undefined && tokensIn === undefined && tokensOut === undefined) throw malformed();
  return {
    text: text === undefined ? undefined : soundText(text),
    model: typeof model === 'string' ? cutText(model, MAX_NAME) : '',
    stopReason: typeof stopReason === 'string' ? cutText(stopReason, MAX_NAME) : null,
    tokensIn,
    tokensOut,
  };
}

/** Counts together; `undefined` when one of them is none. */
function sumOf(...counts: unknown[]): number | undefined {
  const isCount = counts.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
  return isCount ? counts.reduce<number>((sum, count) => sum + (count as number), 0) : undefined;
}

function malformed(cause?: unknown): AttemptFailedException {
  return new AttemptFailedException('AGENT.BAD_OUTPUT', 'The provider answered what cannot be understood', {
    retryable: true,
    cause,
  });
}

/** What an SDK says of an answer that is an error, or of none. */
interface SdkError extends Error {
  readonly status: number | undefined;
  readonly headers: Headers | undefined;
}

function toFailure(error: SdkError): AttemptFailedException {
  const { status, headers } = error;
  if (status === undefined) {
    const isTimeout = /timed? ?out/i.test(error.message);
    return isTimeout
      ? new AttemptFailedException('AGENT.TIMEOUT', 'The provider took too long', { retryable: true, cause: error })
      : new AttemptFailedException('AGENT.UNREACHABLE', 'The provider cannot be reached', {
          retryable: true,
          cause: error,
        });
  }
  const retryAfterMs = retryAfterOf(headers);
  if (status === 429) {
    // Too much was asked of the provider by all agents together: no fault of this one.
    const options = { retryable: true, blame: 'elsewhere' as const, retryAfterMs, holdsBack: true, cause: error };
    return new AttemptFailedException('AGENT.RATE_LIMITED', 'The provider asks to wait', options);
  }
  if (status === 401 || status === 403) {
    return new AttemptFailedException('AGENT.KEY_REFUSED', 'The provider refused the key', {
      retryable: false,
      cause: error,
    });
  }
  return new AttemptFailedException('AGENT.REFUSED', `The provider answered ${status}`, {
    retryable: status >= 500 || RETRYABLE_STATUSES.has(status),
    blame: REQUEST_STATUSES.has(status) ? 'elsewhere' : 'agent',
    retryAfterMs,
    holdsBack: status >= 500,
    cause: error,
  });
}

/** Seconds, or milliseconds as OpenAI says them; a date would need the provider's clock to agree with ours. */
function retryAfterOf(headers: Headers | undefined): number | undefined {
  const ms = headers?.get('retry-after-ms') ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(ms)) return Math.ceil(Number(ms));
  const seconds = headers?.get('retry-after') ?? '';
  return /^\d{1,6}(\.\d+)?$/.test(seconds) ? Math.ceil(Number(seconds) * 1000) : undefined;
}
