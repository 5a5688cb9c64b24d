import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PerformanceConfig } from '#config';
import { type GuardedRequest, networkOf, RateLimitExceededException } from '#platform/security';
import { hasOwnPace } from './own-pace.js';

/** Seconds after which a stream that was one too many may be asked for again. */
const RETRY_SECONDS = 5;

/** Bounds what each user has open at once of routes that take their time: each one keeps a connection and memory. */
@Injectable()
export class OpenStreamsGuard implements CanActivate {
  private readonly open = new Map<string, number>();

  constructor(private readonly config: PerformanceConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & GuardedRequest>();
    if (!hasOwnPace(request)) return true;
    const whose = request.user?.id ?? networkOf(request.ip);
    const before = this.open.get(whose) ?? 0;
    if (before >= this.config.maxStreamsPerUser) throw new RateLimitExceededException(RETRY_SECONDS);
    this.open.set(whose, before + 1);
    http.getResponse<FastifyReply>().raw.once('close', () => {
      const left = (this.open.get(whose) ?? 1) - 1;
      if (left > 0) this.open.set(whose, left);
      else this.open.delete(whose);
    });
    return true;
  }
}
