import { Module } from '@nestjs/common';
import { DatabaseModule, provideByEngine } from '#platform/database';
import { TABLES } from './tables.js';
import { TaskRemovalChainRepository } from './retention/task-removal-chain.postgres.js';
import { TaskChainsService } from './retention/task-chains.service.js';
import { PostgresTaskEventRepository } from './tasks/task-event.postgres.js';
import { TaskEventRepository } from './tasks/task-event.repository.js';

/** The chains of tasks and of their removals, for whoever checks them, without the engine. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [
    TaskRemovalChainRepository,
    provideByEngine({ portable: TaskEventRepository, postgres: PostgresTaskEventRepository }),
    TaskChainsService,
  ],
})
export class TaskChainsModule {}
