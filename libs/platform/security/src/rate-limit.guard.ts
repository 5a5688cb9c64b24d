import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerGuard } from '@nestjs/throttler';
import { Clock } from '#platform/kernel';
import { PUBLIC_ROUTE, RATE_LIMIT_POLICY, type RateLimitPolicy } from './access.decorators.js';
import { RateLimitExceededException } from './rate-limit-exceeded.exception.js';
import type { GuardedRequest } from './principal.js';
import { RateLimits } from './rate-limits.js';
import { RateLimitStorage } from './rate-limit-storage.js';

interface HeaderReply {
  header(name: string, value: string | number): unknown;
}

/** Counts requests, says what is left, and refuses what is over the limit. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @Inject(RateLimitStorage) storage: RateLimitStorage,
    @Inject(Reflector) reflector: Reflector,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
  ) {
    super([], storage, reflector);
  }

  /** The base class prepares a list of limits here; ours are named policies. */
  override onModuleInit(): Promise<void> {
    return Promise.resolve();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const policy =
      this.reflector.getAllAndOverride<RateLimitPolicy | undefined>(RATE_LIMIT_POLICY, targets) ?? 'default';
    if (policy === 'none') {
      // The pace of workers and models is their own, but not that of strangers who knock at their doors.
      const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) ?? false;
      if (isPublic || request.user) return true;
    }
    const { limit, hits, resetSeconds, isExceeded } = await this.limits.count(policy, request);
    const reply = context.switchToHttp().getResponse<HeaderReply>();
    reply.header('X-RateLimit-Limit', limit);
    reply.header('X-RateLimit-Remaining', Math.max(0, limit - hits));
    reply.header('X-RateLimit-Reset', Math.ceil(this.clock.millis() / 1000) + resetSeconds);
    if (!isExceeded) return true;
    throw new RateLimitExceededException(resetSeconds);
  }
}
