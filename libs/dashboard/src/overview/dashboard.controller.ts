import { Controller, Get, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AgentReadService } from '#agents';
import { API_PREFIX, ApiProblems, CursorCodec } from '#platform/http';
import { Roles } from '#platform/security';
import { ActivityService } from '../activities/activity.service.js';
import { BusinessService } from './business.service.js';
import { DashboardCacheService } from './dashboard-cache.service.js';
import { OverviewService } from './overview.service.js';
import { PerformanceService } from '../measurements/performance.service.js';
import {
  ActivityDto,
  ActivityQueryDto,
  AgentConditionDto,
  DashboardDataDto,
  ErrorOverviewDto,
  FinanceOverviewDto,
  PerformancePointDto,
  PerformanceQueryDto,
  SystemMetricsDto,
  toActivityDto,
  toAgentDto,
  toMetricsDto,
  toPointDto,
} from './dashboard.dto.js';
import { EtagInterceptor } from './etag.interceptor.js';

const ACTIVITIES = 'dashboard:activities';
const OVERVIEW_ACTIVITIES = 10;
const OVERVIEW_HOURS = 24;

interface LinkReply {
  header(name: string, value: string): unknown;
}

/** One look tells whether the company is running. Every number is measured; what is not known is null. */
@ApiTags('dashboard')
@Roles('READ_ONLY')
@UseInterceptors(EtagInterceptor)
@ApiResponse({ status: 304, description: 'Nothing has changed since the answer with this ETag' })
@Controller('dashboard')
export class DashboardController {
  constructor(
    private readonly overview: OverviewService,
    private readonly performance: PerformanceService,
    private readonly activity: ActivityService,
    private readonly business: BusinessService,
    private readonly agents: AgentReadService,
    private readonly cache: DashboardCacheService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get('data')
  @ApiOperation({ operationId: 'getDashboard', summary: 'Everything at once' })
  @ApiResponse({ status: 200, type: DashboardDataDto })
  @ApiProblems(401, 403, 429, 503)
  async getDashboard(): Promise<DashboardDataDto> {
    const [metrics, agents, recentActivities, performanceHistory, finance, errors] = await Promise.all([
      this.getMetrics(),
      this.listAgents(),
      this.cache.get('activities', () => this.activity.latest(OVERVIEW_ACTIVITIES)),
      this.getPerformance({ hours: OVERVIEW_HOURS }),
      this.getFinance(),
      this.getErrors(),
    ]);
    return {
      metrics,
      agents,
      recentActivities: recentActivities.map(toActivityDto),
      performanceHistory,
      finance,
      errors,
    };
  }

  @Get('metrics')
  @ApiOperation({ operationId: 'getDashboardMetrics', summary: 'The last minute in numbers' })
  @ApiResponse({ status: 200, type: SystemMetricsDto })
  @ApiProblems(401, 403, 429, 503)
  async getMetrics(): Promise<SystemMetricsDto> {
    return toMetricsDto(await this.cache.get('overview', () => this.overview.current()));
  }

  @Get('agents')
  @ApiOperation({ operationId: 'getDashboardAgents', summary: 'How every agent is doing' })
  @ApiResponse({ status: 200, type: [AgentConditionDto] })
  @ApiProblems(401, 403, 429, 503)
  async listAgents(): Promise<AgentConditionDto[]> {
    return (await this.cache.get('agents', () => this.agents.statuses())).map(toAgentDto);
  }

  @Get('activities')
  @ApiOperation({
    operationId: 'getDashboardActivities',
    summary: 'What happened lately, newest first',
    description: 'A further page is at the address in the `Link` header with rel="next".',
  })
  @ApiResponse({ status: 200, type: [ActivityDto] })
  @ApiProblems(400, 401, 403, 422, 429, 503)
  async listActivities(
    @Query() { limit, cursor }: ActivityQueryDto,
    @Res({ passthrough: true }) reply: LinkReply,
  ): Promise<ActivityDto[]> {
    const position = this.cursors.decode(ACTIVITIES, cursor);
    const after = position && { timestamp: new Date(Number(position[0])), id: String(position[1]) };
    const items = await this.activity.latest(limit, {}, after);
    const last = items.at(-1);
    if (last && items.length === limit) {
      const next = this.cursors.encode(ACTIVITIES, [last.timestamp.getTime(), last.id]);
      reply.header('Link', `</${API_PREFIX}/dashboard/activities?limit=${limit}&cursor=${next}>; rel="next"`);
    }
    return items.map(toActivityDto);
  }

  @Get('performance')
  @ApiOperation({ operationId: 'getDashboardPerformance', summary: 'Speed, load and errors over time, oldest first' })
  @ApiResponse({ status: 200, type: [PerformancePointDto] })
  @ApiProblems(401, 403, 422, 429, 503)
  async getPerformance(@Query() { hours }: PerformanceQueryDto): Promise<PerformancePointDto[]> {
    return (await this.cache.get(`performance:${hours}`, () => this.performance.history(hours))).map(toPointDto);
  }

  @Get('finance')
  @ApiOperation({ operationId: 'getDashboardFinance', summary: 'Revenue today and by day' })
  @ApiResponse({ status: 200, type: FinanceOverviewDto })
  @ApiProblems(401, 403, 429, 503)
  getFinance(): Promise<FinanceOverviewDto> {
    return this.cache.get('finance', () => this.business.finance());
  }

  @Get('errors')
  @ApiOperation({ operationId: 'getDashboardErrors', summary: 'Open, new and regressed error groups' })
  @ApiResponse({ status: 200, type: ErrorOverviewDto })
  @ApiProblems(401, 403, 429, 503)
  getErrors(): Promise<ErrorOverviewDto> {
    return this.cache.get('errors', () => this.business.errors());
  }
}
