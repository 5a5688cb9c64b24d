import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Chains } from './chains.js';
import { CheckpointJob } from './checkpoint.job.js';
import { CheckpointService } from './checkpoint.service.js';
import { CheckpointsController } from './checkpoints.controller.js';

/** Checkpoints of the chains that other modules add. */
@Global()
@Module({})
export class CheckpointsModule {
  /** With the route, and the line in the log each hour. */
  static forApi(): DynamicModule {
    return {
      module: CheckpointsModule,
      controllers: [CheckpointsController],
      providers: [Chains, CheckpointService, CheckpointJob],
      exports: [Chains, CheckpointService],
    };
  }

  /** For commands, which only compare. */
  static forCommands(): DynamicModule {
    return {
      module: CheckpointsModule,
      providers: [Chains, CheckpointService],
      exports: [Chains, CheckpointService],
    };
  }
}
