import { Module } from '@nestjs/common';
import { TaskRemovalChainRepository } from './retention/task-removal-chain.repository.js';

/** The chain of removals, for whoever compares it with a checkpoint, without the engine. */
@Module({ providers: [TaskRemovalChainRepository] })
export class TaskRemovalChainModule {}
