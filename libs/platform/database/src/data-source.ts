import type { LoggerService } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type EntityTarget, type Logger, type ObjectLiteral } from 'typeorm';
import type { DatabaseConfig } from '#config';
import { MIGRATIONS } from './migrations/index.js';
import { SnakeNamingStrategy } from './naming-strategy.js';
import { GatheringClient } from './gathering-client.js';

/** Table in which TypeORM keeps the migrations that were applied. */
const MIGRATIONS_TABLE = 'schema_migration';

/** A client waits this much longer than PostgreSQL's own statement timeout before it gives the connection up. */
const READ_TIMEOUT_MARGIN_MS = 5_000;

/** The pool the service works with. */
export function createDataSource(
  url: string,
  config: DatabaseConfig,
  entities: EntityTarget<ObjectLiteral>[],
  logger: LoggerService,
): DataSource {
  return new DataSource({
    ...baseOptions(url),
    entities: entities as NonNullable<DataSourceOptions['entities']>,
    logging: config.echo ? 'all' : false,
    ...(config.echo ? { logger: new SqlLogger(logger) } : {}),
    poolErrorHandler: (error: Error) => {
      logger.warn(`Idle database connection lost: ${error.message}`, 'Database');
    },
    extra: {
      Client: GatheringClient,
      // Also: after a read timeout the driver then gives the connection up, which still owes an answer.
      pipeline: true,
      application_name: 'devskyy',
      // Compiling pays for reports that take seconds; a statement of ours that merely looks expensive would wait 0.1 s for it each time.
      options: '-c jit=off',
      max: config.poolSize + config.maxOverflow,
      min: config.poolSize,
      connectionTimeoutMillis: config.poolTimeoutSeconds * 1000,
      maxLifetimeSeconds: config.poolRecycleSeconds,
      idleTimeoutMillis: 30_000,
      keepAlive: config.poolPrePing,
      statement_timeout: config.statementTimeoutSeconds * 1000,
      query_timeout: config.statementTimeoutSeconds * 1000 + READ_TIMEOUT_MARGIN_MS,
    },
  });
}

/** A short-lived connection for migrations: no statement timeout, one connection. */
export function createMigrationDataSource(url: string): DataSource {
  return new DataSource({
    ...baseOptions(url),
    migrations: MIGRATIONS,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    extra: { application_name: 'devskyy-migrate', max: 2, connectionTimeoutMillis: 30_000 },
  });
}

function baseOptions(url: string): Extract<DataSourceOptions, { type: 'postgres' }> {
  return {
    type: 'postgres',
    url,
    namingStrategy: new SnakeNamingStrategy(),
    synchronize: false,
    logging: false,
    installExtensions: false,
  };
}

/** Hands TypeORM's SQL log to ours, without parameters: they hold personal data and secrets. */
class SqlLogger implements Logger {
  constructor(private readonly logger: LoggerService) {}

  logQuery(query: string): void {
    this.logger.debug?.(query, 'SQL');
  }

  logQueryError(error: string | Error, query: string): void {
    this.logger.debug?.(`${error instanceof Error ? error.message : error}: ${query}`, 'SQL');
  }

  logQuerySlow(time: number, query: string): void {
    this.logger.warn(`${time} ms: ${query}`, 'SQL');
  }

  logSchemaBuild(message: string): void {
    this.logger.debug?.(message, 'SQL');
  }

  logMigration(message: string): void {
    this.logger.debug?.(message, 'SQL');
  }

  log(_level: 'log' | 'info' | 'warn', message: string): void {
    this.logger.debug?.(message, 'SQL');
  }
}
