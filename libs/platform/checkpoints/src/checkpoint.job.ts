import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { AppLogger } from '#platform/observability';
import { textForLog } from './checkpoint.js';
import { CheckpointService } from './checkpoint.service.js';

const HOUR_SECONDS = 3600;

/** Writes a checkpoint into the security log each hour: logs that are shipped elsewhere are out of reach of whoever has the database. */
@Injectable()
export class CheckpointJob implements OnApplicationBootstrap {
  constructor(
    private readonly checkpoints: CheckpointService,
    private readonly jobs: ScheduledJobs,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({ name: 'checkpoints.log', everySeconds: HOUR_SECONDS, run: () => this.log() });
  }

  private async log(): Promise<void> {
    const checkpoint = await this.checkpoints.issue();
    this.logger.security({
      category: 'data_access',
      event: 'checkpoint',
      outcome: 'success',
      details: { checkpoint: textForLog(checkpoint) },
    });
  }
}
