import type { AiConfig } from './ai.config.js';
import type { CorsConfig } from './cors.config.js';
import type { DatabaseConfig } from './database.config.js';
import type { EnvironmentConfig } from './environment.config.js';
import type { LoggingConfig } from './logging.config.js';
import type { MailConfig } from './mail.config.js';
import type { AgentsConfig, ErrorsConfig, FinanceConfig } from './modules.config.js';
import type { PerformanceConfig } from './performance.config.js';
import type { RedisConfig } from './redis.config.js';
import type { SecurityConfig } from './security.config.js';
import type { ServerConfig } from './server.config.js';

/** The whole configuration: one frozen object a section. */
export interface AppConfig {
  readonly environment: EnvironmentConfig;
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly security: SecurityConfig;
  readonly mail: MailConfig;
  readonly logging: LoggingConfig;
  readonly redis: RedisConfig;
  readonly cors: CorsConfig;
  readonly performance: PerformanceConfig;
  readonly ai: AiConfig;
  readonly errors: ErrorsConfig;
  readonly finance: FinanceConfig;
  readonly agents: AgentsConfig;
  /** Things that are allowed but that the operator should know; logged at start. */
  readonly warnings: readonly string[];
}

/** One wrong variable: its name and what is allowed. The value is never repeated, it may be a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

/** Thrown when the configuration cannot be used; carries every problem, not only the first. */
export class InvalidConfigurationException extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(`Invalid configuration:\n${problems.map(({ variable, problem }) => `  ${variable}: ${problem}`).join('\n')}`);
    this.name = 'InvalidConfigurationException';
  }
}

/** Exit status for a configuration error (`EX_CONFIG` of BSD sysexits). */
export const EXIT_CONFIG = 78;
