import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PerformanceConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { BulletinMakingService } from './bulletin-making.service.js';
import { BulletinRepository } from './bulletin.repository.js';

/** Keeps bulletins as long as readers may go on behind them, and makes them where nobody reads, so that changes do not pile up. */
@Injectable()
export class BulletinUpkeepJob implements OnModuleInit {
  constructor(
    private readonly making: BulletinMakingService,
    private readonly bulletins: BulletinRepository,
    private readonly jobs: ScheduledJobs,
    private readonly config: PerformanceConfig,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'dashboard.keep-bulletins',
      everySeconds: 60,
      run: async () => {
        await this.making.catchUp();
        await this.bulletins.removeOlderThan(this.config.streamResumeSeconds);
      },
    });
  }
}
