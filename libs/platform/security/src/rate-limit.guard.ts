import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerGuard } from '@nestjs/throttler';
import { ServerConfig } from '#config';
import { Clock } from '#platform/kernel';
import { RATE_LIMIT_POLICY, type RateLimitPolicy } from './access.decorators.js';
import { networkOf } from './client-network.js';
import { RateLimitExceededException } from './rate-limit-exceeded.exception.js';
import type { GuardedRequest } from './principal.js';
import { RateLimitStorage } from './rate-limit-storage.js';

interface HeaderReply {
  header(name: string, value: string | number): unknown;
}

/** A minute: the window of the limits on credentials, whatever the general window is. */
const MINUTE_SECONDS = 60;

/**
 * Limits requests per caller: by API key, else by user, else by network address. The default limit counts a caller's
 * requests over all routes together; routes that check a secret have limits of their own.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @Inject(RateLimitStorage) private readonly hits: RateLimitStorage,
    @Inject(Reflector) reflector: Reflector,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {
    super([], hits, reflector);
  }

  /** The base class prepares a list of limits here; ours are named policies. */
  override onModuleInit(): Promise<void> {
    return Promise.resolve();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const policy =
      this.reflector.getAllAndOverride<RateLimitPolicy | undefined>(RATE_LIMIT_POLICY, targets) ?? 'default';
    const http = context.switchToHttp();
    await this.count(policy, http.getRequest<GuardedRequest>(), http.getResponse<HeaderReply>());
    return true;
  }

  /**
   * Counts a request of its caller, and tells the answer how many are left.
   *
   * @throws RateLimitExceededException
   */
  async count(policy: RateLimitPolicy, request: GuardedRequest, reply: HeaderReply): Promise<void> {
    if (policy === 'none') return;
    const { limit, windowSeconds } = this.limitOf(policy);
    const record = await this.hits.increment(`${policy}:${callerOf(request)}`, windowSeconds * 1000, limit);
    reply.header('X-RateLimit-Limit', limit);
    reply.header('X-RateLimit-Remaining', Math.max(0, limit - record.totalHits));
    reply.header('X-RateLimit-Reset', Math.ceil(this.clock.millis() / 1000) + record.timeToExpire);
    if (record.isBlocked) throw new RateLimitExceededException(record.timeToExpire);
  }

  private limitOf(policy: Exclude<RateLimitPolicy, 'none'>): { limit: number; windowSeconds: number } {
    switch (policy) {
      case 'default':
        return { limit: this.config.rateLimitMax, windowSeconds: this.config.rateLimitWindowSeconds };
      case 'credentials':
        return { limit: this.config.authRateLimitMax, windowSeconds: MINUTE_SECONDS };
      case 'refresh':
        return { limit: this.config.authRateLimitMax * 2, windowSeconds: MINUTE_SECONDS };
    }
  }
}

function callerOf({ user, ip }: GuardedRequest): string {
  if (user?.apiKeyId !== undefined) return `key:${user.apiKeyId}`;
  if (user) return `user:${user.id}`;
  return `ip:${networkOf(ip)}`;
}
