import { Injectable } from '@nestjs/common';
import { ServerConfig } from '#config';
import type { RateLimitPolicy } from './access.decorators.js';
import { networkOf } from './client-network.js';
import type { GuardedRequest } from './principal.js';
import { RateLimitStorage } from './rate-limit-storage.js';

/** A minute: the window of the limits on credentials, whatever the general window is. */
const MINUTE_SECONDS = 60;

/** What somebody has used up of a limit. */
export interface UsedLimit {
  readonly limit: number;
  readonly hits: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
  readonly isExceeded: boolean;
}

/**
 * Limits: of a user over all his credentials, of each of his keys, and of strangers by network. A stranger is who sends no credential,
 * or none that is genuine. The default limit counts over all routes together; routes that check a secret have limits of their own.
 */
@Injectable()
export class RateLimits {
  constructor(
    private readonly storage: RateLimitStorage,
    private readonly config: ServerConfig,
  ) {}

  /** Counts a request. What is left is what the tightest of its limits leaves. */
  async count(policy: RateLimitPolicy, { user, ip }: Pick<GuardedRequest, 'user' | 'ip'>): Promise<UsedLimit> {
    const { limit, windowSeconds } = this.limitOf(policy);
    const count = (whose: string) => this.storage.increment(keyOf(policy, whose), windowSeconds * 1000, limit);
    const ofUser = count(user ? `user:${user.id}` : strangersOf(ip));
    const isProgram = user && user.credential.kind !== 'session';
    const records = isProgram ? await Promise.all([ofUser, count(`key:${user.credential.id}`)]) : [await ofUser];
    const tightest = records.reduce((most, each) => (each.totalHits > most.totalHits ? each : most));
    const { totalHits, timeToExpire, isBlocked } = tightest;
    return { limit, hits: totalHits, resetSeconds: timeToExpire, isExceeded: isBlocked };
  }

  /** Seconds that strangers of an address's network have to wait; `undefined` while they need not. Counts nothing. */
  strangersBlockedFor(policy: RateLimitPolicy, ip: string): Promise<number | undefined> {
    return this.storage.blockedFor(keyOf(policy, strangersOf(ip)), this.limitOf(policy).limit);
  }

  private limitOf(policy: RateLimitPolicy): { limit: number; windowSeconds: number } {
    switch (policy) {
      case 'default':
      case 'none':
        return { limit: this.config.rateLimitMax, windowSeconds: this.config.rateLimitWindowSeconds };
      case 'credentials':
        return { limit: this.config.authRateLimitMax, windowSeconds: MINUTE_SECONDS };
      case 'refresh':
        return { limit: this.config.authRateLimitMax * 2, windowSeconds: MINUTE_SECONDS };
    }
  }
}

function strangersOf(ip: string): string {
  return `ip:${networkOf(ip)}`;
}

/** Routes that regular callers are not counted at have no limit of their own for strangers. */
function keyOf(policy: RateLimitPolicy, whose: string): string {
  return `${policy === 'none' ? 'default' : policy}:${whose}`;
}
