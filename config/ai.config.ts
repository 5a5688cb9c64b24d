import { address, decimal, flag, integer, list, oneOf, section, text } from './setting.js';

/** Language models that `llm` agents run on, and the guards around them. */
export class AiConfig extends section('ai', {
  openaiApiKey: text<string | undefined>({
    env: 'OPENAI_API_KEY',
    default: undefined,
    secret: true,
    description: 'Key for OpenAI models.',
  }),
  anthropicApiKey: text<string | undefined>({
    env: 'ANTHROPIC_API_KEY',
    default: undefined,
    secret: true,
    description: 'Key for Anthropic models.',
  }),
  openaiBaseUrl: address<string | undefined>({
    env: 'OPENAI_BASE_URL',
    default: undefined,
    schemes: ['http', 'https'],
    description: 'Another address that speaks the OpenAI wire format.',
  }),
  anthropicBaseUrl: address<string | undefined>({
    env: 'ANTHROPIC_BASE_URL',
    default: undefined,
    schemes: ['http', 'https'],
    description: 'Another address that speaks the Anthropic wire format.',
  }),
  defaultModel: text<string>({
    env: 'AI_DEFAULT_MODEL',
    default: 'claude-sonnet-4-6',
    description: 'Model of agents that name none.',
  }),
  prices: list({
    env: 'AI_PRICES',
    default: [
      'claude-opus-4-5=5/25',
      'claude-opus-4-6=5/25',
      'claude-sonnet-4-5=3/15',
      'claude-sonnet-4-6=3/15',
      'claude-haiku-4-5=1/5',
      'gpt-4.1=2/8',
      'gpt-4.1-mini=0.4/1.6',
      'gpt-4o=2.5/10',
      'gpt-4o-mini=0.15/0.6',
    ],
    item: /^[A-Za-z0-9._:@/-]{1,200}=\d{1,6}(\.\d{1,6})?\/\d{1,6}(\.\d{1,6})?$/,
    allowed: 'a comma-separated list of model=input/output',
    description: 'What models cost in US dollars for a million tokens; keep it up with what your provider charges.',
  }),
  maxTokens: integer({
    env: 'AI_MAX_TOKENS',
    default: 4096,
    min: 256,
    max: 200_000,
    description: 'Longest completion, in tokens.',
  }),
  temperature: decimal<number | undefined>({
    env: 'AI_TEMPERATURE',
    default: undefined,
    min: 0,
    max: 2,
    description:
      'Sampling temperature of agents that name none; not sent when left out, as models that reason refuse it.',
  }),
  timeoutSeconds: integer({
    env: 'AI_TIMEOUT_SECONDS',
    default: 120,
    min: 10,
    max: 300,
    description: 'Longest wait for a completion, in seconds.',
  }),
  isConsequential: flag<boolean>({
    env: 'OPENAI_IS_CONSEQUENTIAL',
    default: true,
    description: 'Count every model call as consequential; false counts none.',
  }),
  enableSafeguards: flag<boolean>({
    env: 'OPENAI_ENABLE_SAFEGUARDS',
    default: true,
    description: 'Keep the limit of consequential calls; false drops it.',
  }),
  enableRateLimiting: flag<boolean>({
    env: 'OPENAI_ENABLE_RATE_LIMITING',
    default: true,
    description: 'Limit model requests.',
  }),
  enableCircuitBreaker: flag<boolean>({
    env: 'OPENAI_ENABLE_CIRCUIT_BREAKER',
    default: true,
    description: 'Leave llm agents alone for a minute after five failures in a row; other kinds always are.',
  }),
  enableAuditLogging: flag<boolean>({
    env: 'OPENAI_ENABLE_AUDIT_LOGGING',
    default: true,
    description: 'Audit model calls.',
  }),
  enforceProductionSafeguards: flag<boolean>({
    env: 'OPENAI_ENFORCE_PRODUCTION_SAFEGUARDS',
    default: true,
    description: 'Refuse to run models in production without safeguards.',
  }),
  safeguardLevel: oneOf<'strict' | 'moderate' | 'permissive'>({
    env: 'OPENAI_SAFEGUARD_LEVEL',
    values: ['strict', 'moderate', 'permissive'],
    default: 'strict',
    description:
      'Beyond the limit of consequential calls: strict waits for approval, moderate for the next hour, permissive only warns.',
  }),
  maxRequestsPerMinute: integer({
    env: 'OPENAI_MAX_REQUESTS_PER_MINUTE',
    default: 60,
    min: 1,
    max: 1000,
    description: 'Model requests a minute.',
  }),
  maxConsequentialPerHour: integer({
    env: 'OPENAI_MAX_CONSEQUENTIAL_PER_HOUR',
    default: 100,
    min: 1,
    max: 10_000,
    description: 'Consequential model requests an hour (UTC), exact over all processes.',
  }),
}) {}
