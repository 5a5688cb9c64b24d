import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { DatabaseModule } from '#platform/database';
import { ScheduledJobEntity } from './scheduled-job.entity.js';
import { ScheduledJobRepository } from './scheduled-job.repository.js';
import { ScheduledJobs } from './scheduled-jobs.js';

/** Timed work, for everybody. */
@Global()
@Module({
  imports: [DatabaseModule.forEntities([ScheduledJobEntity]), ScheduleModule.forRoot()],
  providers: [ScheduledJobs, ScheduledJobRepository],
  exports: [ScheduledJobs],
})
export class JobsModule {}
