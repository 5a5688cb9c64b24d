import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { AiConfig } from './ai.config.js';
import { CorsConfig } from './cors.config.js';
import { DatabaseConfig } from './database.config.js';
import { EnvironmentConfig } from './environment.config.js';
import { keptSecret } from './kept-secret.js';
import { LoggingConfig } from './logging.config.js';
import { MailConfig } from './mail.config.js';
import { AgentsConfig, ErrorsConfig, FinanceConfig } from './modules.config.js';
import { PerformanceConfig } from './performance.config.js';
import { type AppConfig, type ConfigProblem, InvalidConfigurationException } from './app-config.js';
import { makeFolder } from './private-files.js';
import { productionProblems, productionWarnings } from './production-rules.js';
import { RedisConfig } from './redis.config.js';
import { SecurityConfig } from './security.config.js';
import { ServerConfig } from './server.config.js';
import type { Setting } from './setting.js';

/** Every section, in the order of the reference. */
export const SECTIONS = [
  EnvironmentConfig,
  ServerConfig,
  DatabaseConfig,
  SecurityConfig,
  MailConfig,
  LoggingConfig,
  RedisConfig,
  CorsConfig,
  PerformanceConfig,
  AiConfig,
  ErrorsConfig,
  FinanceConfig,
  AgentsConfig,
] as const;

type Variables = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** The variables to read instead of the process's own; tests pass these. */
  env?: Variables;
  /** Values that beat the environment, by variable name. */
  overrides?: Variables;
  /** The `.env` file; `false` reads none. Default: `.env` in the working directory. */
  envFile?: string | false;
  /** `false` keeps nothing: a missing key for development is not made. For those who only want to know. Default: true. */
  writes?: boolean;
}

/**
 * Reads and checks the configuration. Strongest first: overrides, environment, `.env`, defaults. For any variable `X`,
 * `X_FILE` names a file that holds the value (container secrets). An empty variable counts as unset.
 *
 * @throws InvalidConfigurationException naming every wrong variable at once, and everything production refuses.
 */
export function loadConfig(options: LoadOptions = {}): AppConfig {
  const variables: Variables = {
    ...readEnvFile(options.envFile ?? '.env'),
    ...withoutEmpty(options.env ?? process.env),
    ...withoutEmpty(options.overrides ?? {}),
  };
  const problems: ConfigProblem[] = [];

  const read = <T>(setting: Setting<T>): T => {
    const { variable, value, problem } = lookUp(setting, variables);
    if (problem !== undefined) problems.push({ variable, problem });
    if (value === undefined) return setting.fallback;
    try {
      return setting.parse(value);
    } catch (error) {
      problems.push({ variable, problem: error instanceof Error ? error.message : String(error) });
      return setting.fallback;
    }
  };
  const values = <S extends Record<string, Setting<unknown>>>(cls: { settings: S }): never =>
    Object.fromEntries(Object.entries(cls.settings).map(([name, setting]) => [name, read(setting)])) as never;

  const implied = variables['ENVIRONMENT'] === undefined && variables['NODE_ENV'] === 'production';
  const environment = new EnvironmentConfig({
    ...(values(EnvironmentConfig) as EnvironmentConfig),
    ...(implied ? { name: 'production' as const } : {}),
  });
  const sections = {
    environment,
    server: new ServerConfig(values(ServerConfig)),
    database: new DatabaseConfig(resolveDatabaseUrl(values(DatabaseConfig), problems)),
    mail: new MailConfig(values(MailConfig)),
    logging: new LoggingConfig(values(LoggingConfig)),
    redis: new RedisConfig(values(RedisConfig)),
    cors: new CorsConfig(values(CorsConfig)),
    performance: new PerformanceConfig(values(PerformanceConfig)),
    ai: new AiConfig(values(AiConfig)),
    errors: new ErrorsConfig(values(ErrorsConfig)),
    finance: new FinanceConfig(values(FinanceConfig)),
    agents: new AgentsConfig(values(AgentsConfig)),
  };
  const security: SecurityConfig = values(SecurityConfig);
  const warnings: string[] = [];
  const secretKey =
    security.secretKey === '' && !environment.isProduction
      ? developmentSecretKey(sections.server.dataDir, warnings, options.writes ?? true)
      : security.secretKey;
  const loaded = { ...sections, security: new SecurityConfig({ ...security, secretKey }) };

  if (environment.isProduction) {
    const named = new Set(problems.map(({ variable }) => variable));
    problems.push(...productionProblems(loaded).filter(({ variable }) => !named.has(variable)));
    warnings.push(...productionWarnings(loaded));
  }
  if (problems.length > 0) throw new InvalidConfigurationException(problems);
  return Object.freeze({ ...loaded, warnings: Object.freeze(warnings) });
}

function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
}

function readEnvFile(file: string | false): Variables {
  if (file === false || !existsSync(file)) return {};
  return withoutEmpty(parseDotenv(readFileSync(file)));
}

interface LookUp {
  variable: string;
  value?: string | undefined;
  problem?: string;
}

/** Finds the first variable of a setting that is set, directly or as a file. */
function lookUp(setting: Setting<unknown>, variables: Variables): LookUp {
  for (const variable of setting.env) {
    if (variables[variable] !== undefined) return { variable, value: variables[variable] };
    const file = variables[`${variable}_FILE`];
    if (file === undefined) continue;
    try {
      return { variable, value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
    } catch {
      return { variable: `${variable}_FILE`, problem: 'names a file that cannot be read' };
    }
  }
  return { variable: setting.env[0] ?? '' };
}

/** `DB_HOST`, `DB_USER`, `DB_PASSWORD` and `DB_NAME` together stand in for a missing `DATABASE_URL`. */
function resolveDatabaseUrl(database: DatabaseConfig, problems: ConfigProblem[]): DatabaseConfig {
  const { host, user, password, name, port } = database;
  const parts = { DB_HOST: host, DB_USER: user, DB_PASSWORD: password, DB_NAME: name };
  if (database.url !== undefined || Object.values(parts).every((part) => part === undefined)) return database;
  for (const [variable, part] of Object.entries(parts)) {
    if (part === undefined) problems.push({ variable, problem: 'must be set when the other DB_ variables are' });
  }
  const [u, p, n] = [user, password, name].map((part) => encodeURIComponent(part ?? ''));
  return { ...database, url: `postgresql://${u}:${p}@${host}:${port}/${n}` };
}

/** Outside production a missing root key is made once and kept, so that sessions survive a restart. */
function developmentSecretKey(dataDir: string, warnings: string[], writes: boolean): string {
  const file = path.join(dataDir, 'secret-key');
  if (!writes && !existsSync(file)) {
    warnings.push(`SECRET_KEY is not set: a key for development will be made and kept in ${file}`);
    return '';
  }
  makeFolder(dataDir);
  const { secret, isNew } = keptSecret(file, 48);
  if (isNew) warnings.push(`SECRET_KEY is not set: a key for development was made and kept in ${file}`);
  return secret;
}
