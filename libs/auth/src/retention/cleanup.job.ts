import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { ApiKeyRepository } from '../api-keys/api-key.repository.js';
import { AttemptRepository } from '../attempts/attempt.repository.js';
import { EmailChangeRepository } from '../profile/email-change.repository.js';
import { OneTimeTokenRepository } from '../tokens/one-time-token.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';

/** Ended sessions are kept this long, for questions about who was logged in. */
const KEEP_DAYS = 30;

/** Removes what has had its time: ended sessions, used links, revocations of expired tokens, old counters, addresses that nobody confirmed. */
@Injectable()
export class CleanupJob implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly emailChanges: EmailChangeRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly attempts: AttemptRepository,
    private readonly jobs: ScheduledJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({
      name: 'auth.delete-ended',
      everySeconds: 3600,
      run: async () => {
        await this.sessions.deleteEndedBefore(KEEP_DAYS);
        await this.sessions.deleteOfDeletedUsers();
        await this.tokens.deleteExpired();
        await this.emailChanges.dropExpired();
        await this.apiKeys.deleteExpiredRevocations();
        await this.attempts.deleteIdle();
      },
    });
  }
}
