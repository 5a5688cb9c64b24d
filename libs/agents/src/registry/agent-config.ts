import { ValidationException } from '#platform/kernel';
import { type AgentKind, rulesOf } from '../runners/agent-kinds.js';
import type { JsonObject } from '../tasks/task.js';

/** The checked configuration of an agent, and the secret that goes with it, if one was given. */
export interface CheckedConfig {
  readonly config: JsonObject;
  readonly secret: string | undefined;
}

/**
 * Checks the configuration of an agent against what its kind takes, and takes the secret out of it.
 *
 * @throws ValidationException naming every fault
 */
export function checkConfig(kind: AgentKind, config: JsonObject): CheckedConfig {
  const rules = rulesOf(kind).config;
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
    throw new ValidationException('The configuration of the agent is not valid', { details: { errors: faults } });
  const { secret, ...rest } = config;
  return { config: rest, secret: secret as string | undefined };
}
