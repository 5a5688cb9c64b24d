import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { ApiKeyRepository } from '../infrastructure/api-key.repository.js';
import { AttemptRepository } from '../infrastructure/attempt.repository.js';
import { EmailChangeRepository } from '../infrastructure/email-change.repository.js';
import { OneTimeTokenRepository } from '../infrastructure/one-time-token.repository.js';
import { SessionRepository } from '../infrastructure/session.repository.js';
import { TokenIssuerRepository } from '../infrastructure/token-issuer.repository.js';

/** Ended sessions are kept this long, for questions about who was logged in. */
const KEEP_DAYS = 30;
const DAY_MS = 86_400_000;

/** Removes what has had its time: ended sessions, used links, revocations of expired tokens, old counters, addresses that issue no tokens any more. */
@Injectable()
export class CleanupJob implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly emailChanges: EmailChangeRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly attempts: AttemptRepository,
    private readonly issuers: TokenIssuerRepository,
    private readonly jobs: ScheduledJobs,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({
      name: 'auth.delete-ended',
      everySeconds: 3600,
      run: async () => {
        await this.sessions.deleteEndedBefore(KEEP_DAYS);
        await this.tokens.deleteExpired();
        await this.emailChanges.dropExpired(this.clock.now());
        await this.apiKeys.deleteExpiredRevocations();
        await this.attempts.deleteIdle();
        await this.issuers.deleteIdleSince(new Date(this.clock.millis() - KEEP_DAYS * DAY_MS));
      },
    });
  }
}
