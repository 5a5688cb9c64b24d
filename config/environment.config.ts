import { oneOf, section, text } from './setting.js';

/** The three ways the service can run. `testing` relaxes nothing that guards data; it only silences and speeds. */
export const ENVIRONMENTS = ['development', 'production', 'testing'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What this process is. */
export class EnvironmentConfig extends section('environment', {
  name: oneOf<Environment>({
    env: 'ENVIRONMENT',
    values: ENVIRONMENTS,
    default: 'development',
    description: 'How the service runs; production refuses unsafe settings. NODE_ENV=production counts when unset.',
  }),
  serviceName: text<string>({
    env: 'SERVICE_NAME',
    default: 'devskyy',
    pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
    allowed: 'lower-case letters, digits and dashes, at most 63',
    description: 'Name of this service in logs, metrics and the error ledger.',
  }),
  release: text<string | undefined>({
    env: 'RELEASE',
    default: undefined,
    description: 'Release that errors are attributed to; the package version when unset.',
  }),
}) {
  get isProduction(): boolean {
    return this.name === 'production';
  }

  get isTesting(): boolean {
    return this.name === 'testing';
  }
}
