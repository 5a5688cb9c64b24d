import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import { ServerConfig } from '#config';
import { ApiProblems } from '#platform/http';
import { TokenInvalidException } from '#platform/kernel';
import { Public, RateLimit } from '#platform/security';

/** Prometheus metrics, behind `METRICS_TOKEN` when that is set. */
@ApiTags('health')
@Public()
@RateLimit('none')
@Controller({ path: 'metrics', version: VERSION_NEUTRAL })
export class MetricsController extends PrometheusController {
  constructor(private readonly config: ServerConfig) {
    super();
  }

  @Get()
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics in the Prometheus text format' })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  @ApiProblems(401)
  override async index(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization?: string,
  ): Promise<string> {
    const token = this.config.metricsToken;
    if (token !== undefined && !isSame(authorization ?? '', `Bearer ${token}`)) throw new TokenInvalidException();
    return super.index(reply);
  }
}

/** Compares without telling by time how much was right. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
