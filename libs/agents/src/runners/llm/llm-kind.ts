import { type KindRules, numberOf, textOf } from '../kind-rules.js';

/** Agents that are a prompt for a language model. */
export const LLM: KindRules = {
  config: {
    provider: {
      required: true,
      check: (value) => (value === 'anthropic' || value === 'openai' ? undefined : 'must be anthropic or openai'),
    },
    model: { required: false, check: textOf(1, 200) },
    promptTemplate: { required: true, check: textOf(1, 100_000) },
    system: { required: false, check: textOf(1, 100_000) },
    maxTokens: { required: false, check: numberOf(1, 200_000, true) },
    // `null` when the model takes none, whatever the service's own is.
    temperature: { required: false, check: (value) => (value === null ? undefined : numberOf(0, 2, false)(value)) },
    // The key of the provider; the service's own when the agent has none.
    secret: { required: false, check: textOf(8, 1000) },
  },
  need: {
    what: 'key',
    field: 'provider',
    isSecret: true,
    missing: (provider) =>
      `There is no key of ${provider}: set ${provider.toUpperCase()}_API_KEY, or the agent's own secret`,
  },
};
