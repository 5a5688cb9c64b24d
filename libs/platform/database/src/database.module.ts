import {
  Global,
  Inject,
  Injectable,
  Logger,
  type LoggerService,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { DatabaseConfig, ServerConfig } from '#config';
import { createDataSource } from './data-source.js';
import { Database } from './database.js';
import { type DatabaseServer, openDatabaseServer } from './database-server.js';
import { Migrator } from './migrator.js';
import { SchemaState } from './schema-state.js';

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
      inject: [DatabaseConfig, Migrator],
      useFactory: async (config: DatabaseConfig, migrator: Migrator) => {
        const state = new SchemaState(migrator);
        if (config.migrateOnStart) logApplied(await migrator.up());
        await state.refresh();
        return state;
      },
    },
    {
      provide: DataSource,
      // The schema is complete before the first query of any provider.
      inject: [DATABASE_SERVER, DatabaseConfig, SchemaState],
      useFactory: (server: DatabaseServer, config: DatabaseConfig) =>
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

const logger: LoggerService = new Logger('Database');

function logApplied(names: string[]): void {
  if (names.length > 0) logger.log(`Applied ${names.length} migrations, the last of them ${names.at(-1)}`);
}
