import { Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { TABLES } from './tables.js';
import { TaskRemovalChainRepository } from './retention/task-removal-chain.postgres.js';

/** The chain of removals, for whoever compares it with a checkpoint, without the engine. */
@Module({ imports: [DatabaseModule.forEntities(TABLES)], providers: [TaskRemovalChainRepository] })
export class TaskRemovalChainModule {}
