import { ValidationError } from '#platform/kernel';
import type { AgentKind } from './agent.js';
import type { JsonObject } from '../tasks/task.js';

/** The checked configuration of an agent, and the secret that goes with it, if one was given. */
export interface CheckedConfig {
  readonly config: JsonObject;
  readonly secret: string | undefined;
}

interface Rule {
  readonly required: boolean;
  /** What is wrong with the value; `undefined` when nothing is. */
  readonly check: (value: unknown) => string | undefined;
}

const textOf =
  (min: number, max: number): Rule['check'] =>
  (value) =>
    typeof value === 'string' && value.length >= min && value.length <= max
      ? undefined
      : `must be a text of ${min} to ${max} characters`;

const numberOf =
  (min: number, max: number, isWhole: boolean): Rule['check'] =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value))
      ? undefined
      : `must be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`;

function checkUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return 'must be an absolute URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https:// or http://';
  return url.username === '' && url.password === '' ? undefined : 'must not contain credentials';
}

/** What each kind of agent is configured with. */
const RULES: Readonly<Record<AgentKind, Readonly<Record<string, Rule>>>> = {
  http: {
    url: { required: true, check: checkUrl },
    secret: { required: false, check: textOf(16, 255) },
  },
  internal: { handler: { required: true, check: textOf(1, 100) } },
  worker: {},
  llm: {
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
};

/**
 * Checks the configuration of an agent against what its kind takes, and takes the secret out of it.
 *
 * @throws ValidationError naming every fault
 */
export function checkConfig(kind: AgentKind, config: JsonObject): CheckedConfig {
  const rules = RULES[kind];
  const faults: { path: string; message: string; code: string }[] = [];
  for (const key of Object.keys(config)) {
    if (!Object.hasOwn(rules, key))
      faults.push({ path: `config.${key}`, message: `is not known to agents of kind ${kind}`, code: 'unknown' });
  }
  for (const [key, rule] of Object.entries(rules)) {
    const value = config[key];
    if (value === undefined && !rule.required) continue;
    const message = value === undefined ? `must be given for agents of kind ${kind}` : rule.check(value);
    if (message !== undefined) faults.push({ path: `config.${key}`, message, code: 'config' });
  }
  if (faults.length > 0)
    throw new ValidationError('The configuration of the agent is not valid', { details: { errors: faults } });
  const { secret, ...rest } = config;
  return { config: rest, secret: secret as string | undefined };
}
