import { Controller, Get, Header, HttpStatus, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { EnvironmentConfig } from '#config';
import { ApiProblems } from '#platform/http';
import { Clock, ServiceUnavailableException } from '#platform/kernel';
import { VERSION } from '#platform/observability';
import { Public, RateLimit } from '#platform/security';
import { HealthDto, ProbeDto } from './health.dto.js';
import { checkOne, HealthRegistry } from './health-registry.js';
import { Lifecycle } from './lifecycle.js';

/** Probes for ops and orchestrators. Liveness touches nothing; readiness only what no request can do without. */
@ApiTags('health')
@Public()
@RateLimit('none')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly lifecycle: Lifecycle,
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly environment: EnvironmentConfig,
    private readonly clock: Clock,
  ) {}

  /** Health of the service and of each component; 503 when an essential one is down. */
  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'Health of the service and of each component' })
  @ApiResponse({ status: 200, type: HealthDto })
  @ApiResponse({ status: 503, type: HealthDto })
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    const checks = await this.registry.checkAll();
    const status = this.registry.overall(checks);
    if (status === 'unhealthy') void reply.code(HttpStatus.SERVICE_UNAVAILABLE);
    return {
      status,
      version: VERSION,
      environment: this.environment.name,
      timestamp: this.clock.now().toISOString(),
      uptimeSeconds: Math.floor(process.uptime()),
      checks,
    };
  }

  /** 200 while the process can answer. */
  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @ApiResponse({ status: 200, type: ProbeDto })
  live(): ProbeDto {
    return { status: 'ok' };
  }

  /** 200 when requests can succeed: database reachable, migrations applied, not draining. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether requests can succeed' })
  @ApiResponse({ status: 200, schema: { $ref: getSchemaPath(ProbeDto) } })
  @ApiProblems(503)
  async ready(): Promise<ProbeDto> {
    const contributors = this.registry.essential;
    const indicators = contributors.map((contributor) => async (): Promise<HealthIndicatorResult> => {
      const session = this.indicators.check(contributor.name);
      const { status, message } = await checkOne(contributor);
      return status === 'unhealthy'
        ? session.down({ message: typeof message === 'string' ? message : 'down' })
        : session.up();
    });
    try {
      const { status } = await this.terminus.check(indicators);
      return { status };
    } catch (error) {
      throw new ServiceUnavailableException('The service is not ready', { cause: error, retryAfterSeconds: 2 });
    }
  }

  /** 200 once started. */
  @Get('startup')
  @ApiOperation({ operationId: 'getStartup', summary: 'Whether the process has started' })
  @ApiResponse({ status: 200, type: ProbeDto })
  @ApiProblems(503)
  startup(): ProbeDto {
    if (!this.lifecycle.isStarted)
      throw new ServiceUnavailableException('The service is starting', { retryAfterSeconds: 1 });
    return { status: 'started' };
  }
}
