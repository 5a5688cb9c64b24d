import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { ApiKeyRepository } from '../api-keys/api-key.repository.js';
import { OneTimeTokenRepository } from '../tokens/one-time-token.repository.js';
import { SecondFactorRepository } from '../second-factor/second-factor.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { AttemptLimitService } from '../attempts/attempt-limit.service.js';

/** What a user leaves beside his account: logins with their addresses, keys, second factor, links, counters. */
@Injectable()
export class UserErasureService {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly factors: SecondFactorRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly limits: AttemptLimitService,
  ) {}

  /** @returns the ids of keys that were still good */
  async erase(tx: Transaction, userId: string): Promise<string[]> {
    // First the sessions, which could make keys, then the keys.
    await this.sessions.deleteAllOf(tx, userId);
    const endedKeys = await this.apiKeys.deleteAllOf(tx, userId);
    await this.factors.erase(tx, userId);
    await this.tokens.deleteAllOf(tx, userId);
    return endedKeys;
  }

  /** After the transaction: whoever proves a secret locks his counter first and the account then. */
  async forgetAttempts(userId: string): Promise<void> {
    await this.limits.unlock(userId);
  }
}
