import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ThrottlerGuard } from '@nestjs/throttler';
import { Clock } from '#platform/kernel';
import { accessOf } from '../access/access.decorator.js';
import { RateLimitExceededException } from './rate-limit.exceptions.js';
import type { GuardedRequest } from '../access/principal.js';
import { RateLimits, type UsedLimit } from './rate-limits.js';
import { RateLimitStorage } from './rate-limit-storage.js';

/** The base class promises its verdict; most requests need no promise of their own. */
const PASSES = Promise.resolve(true);

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

  override canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const { isPublic, rateLimit = 'default' } = accessOf(request);
    // The pace of workers and models is their own, but not that of strangers who knock at their doors.
    if (rateLimit === 'none' && (isPublic || request.user)) return PASSES;
    const reply = http.getResponse<HeaderReply>();
    const used = this.limits.count(rateLimit, request);
    return used instanceof Promise ? used.then((known) => this.judge(known, reply)) : this.judge(used, reply);
  }

  private judge({ limit, hits, resetSeconds, isExceeded }: UsedLimit, reply: HeaderReply): Promise<boolean> {
    reply.header('X-RateLimit-Limit', limit);
    reply.header('X-RateLimit-Remaining', Math.max(0, limit - hits));
    reply.header('X-RateLimit-Reset', Math.ceil(this.clock.millis() / 1000) + resetSeconds);
    return isExceeded ? Promise.reject(new RateLimitExceededException(resetSeconds)) : PASSES;
  }
}
