import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { SessionRepository } from '../infrastructure/session.repository.js';

/** Ended sessions are kept this long, for questions about who was logged in. */
const KEEP_DAYS = 30;

/** Removes sessions that ended long ago. */
@Injectable()
export class SessionCleanupJob implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly jobs: ScheduledJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({
      name: 'auth.delete-ended-sessions',
      everySeconds: 3600,
      run: async () => {
        await this.sessions.deleteEndedBefore(KEEP_DAYS);
      },
    });
  }
}
