import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { DatabaseConfig, ServerConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { createDataSource } from './data-source.js';
import { Database } from './database.js';
import { type DatabaseServer, openDatabaseServer } from './database-server.js';
import { Migrator } from './migrator.js';
import { SchemaIncompleteError, SchemaState } from './schema-state.js';
import { withPatience } from './with-patience.js';

const DATABASE_SERVER = Symbol('DATABASE_SERVER');

const entities = new Set<EntityTarget<ObjectLiteral>>();

/** Closes the pool, then the embedded server, after everything that used them has stopped. */
@Injectable()
class DatabaseShutdown implements OnApplicationShutdown {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(DATABASE_SERVER) private readonly server: DatabaseServer,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.stop();
  }
}

/** The database, for everybody. A domain announces its tables with `DatabaseModule.forEntities([…])`. */
@Global()
@Module({
  providers: [
    {
      provide: DATABASE_SERVER,
      inject: [DatabaseConfig, ServerConfig],
      useFactory: openDatabaseServer,
    },
    {
      provide: Migrator,
      inject: [DATABASE_SERVER],
      useFactory: (server: DatabaseServer) => new Migrator(server.directUrl),
    },
    {
      provide: SchemaState,
      inject: [DatabaseConfig, Migrator, AppLogger],
      useFactory: async (config: DatabaseConfig, migrator: Migrator, logger: AppLogger) => {
        const state = new SchemaState(migrator);
        const settle = async (): Promise<void> => {
          if (config.migrateOnStart) logApplied(logger, await migrator.up());
          await state.demand();
        };
        await withPatience(settle, config.startPatienceSeconds, (error) => tellOfWaiting(logger, config, error));
        return state;
      },
    },
    {
      provide: DataSource,
      // The schema is complete before the first query of any provider.
      inject: [DATABASE_SERVER, DatabaseConfig, AppLogger, SchemaState],
      useFactory: (server: DatabaseServer, config: DatabaseConfig, logger: AppLogger) =>
        createDataSource(server.url, config, [...entities], logger).initialize(),
    },
    Database,
    DatabaseShutdown,
  ],
  exports: [Database, Migrator, SchemaState],
})
export class DatabaseModule {
  static forEntities(classes: EntityTarget<ObjectLiteral>[]): typeof DatabaseModule {
    for (const entity of classes) entities.add(entity);
    return DatabaseModule;
  }
}

function tellOfWaiting(logger: AppLogger, { startPatienceSeconds }: DatabaseConfig, error: unknown): void {
  const why = error instanceof SchemaIncompleteError ? 'is not migrated yet' : 'cannot be reached';
  logger.warn(`The database ${why}: trying again for ${startPatienceSeconds} s`, 'Database');
}

function logApplied(logger: AppLogger, names: string[]): void {
  if (names.length > 0) logger.log(`Applied ${names.length} migrations, the last of them ${names.at(-1)}`, 'Database');
}
