import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { PostingQueueService } from './posting-queue.service.js';

/** How often quiet ledgers look for pending transactions whose time is over; every commit looks too. */
const EVERY_SECONDS = 15;

/** Lets pending transactions expire when nobody posts. */
@Injectable()
export class PendingExpiryJob implements OnApplicationBootstrap {
  constructor(
    private readonly queue: PostingQueueService,
    private readonly jobs: ScheduledJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({ name: 'finance.expire-pending', everySeconds: EVERY_SECONDS, run: () => this.expire() });
  }

  /** A commit of nothing: every commit first lets expire what is due. */
  async expire(): Promise<void> {
    await this.queue.postUnit({ items: [], isAtomic: false });
  }
}
