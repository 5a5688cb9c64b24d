import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { AgentStatusView } from '#agents';
import { ACTIVITY_SEVERITIES, type Activity, type ActivitySeverity } from '../activities/activity.js';
import type { PerformancePoint } from '../measurements/performance.service.js';
import type { Overview } from './overview.service.js';

const AGENT_CONDITIONS = ['healthy', 'warning', 'error'] as const;

/** A number that may not be known yet. */
const Measured = (description: string, example?: number): PropertyDecorator =>
  ApiProperty({ type: Number, nullable: true, description, ...(example === undefined ? {} : { example }) });

/** The last minute at a glance; null is what nothing was measured of. */
export class SystemMetricsDto {
  /** @example 2026-11-24T12:00:00.000Z */
  timestamp!: string;
  /**
   * Agents that can work: healthy, degraded or recovering.
   * @example 23
   */
  activeAgents!: number;
  /** @example 120 */
  apiRequestsPerMinute!: number;
  @Measured('Mean time to answer over the last minute, in milliseconds.', 4.2)
  averageResponseTime!: number | null;
  @Measured('P95 over the last minute, in milliseconds; within 2 %.', 9.8)
  p95ResponseTime!: number | null;
  /**
   * 0 (down) to 1 (well): weighted mean of dependencies, errors, speed, agents and queue age.
   * @example 1
   */
  systemHealthScore!: number;
  @Measured('Load of the processors, in percent.', 12.5)
  cpuUsage!: number | null;
  @Measured('Used memory, in percent.', 41.2)
  memoryUsage!: number | null;
  @Measured('Share of answers that were 5xx over the last minute, 0 to 1.', 0)
  errorRate!: number | null;
  /**
   * Tasks that wait to be started.
   * @example 0
   */
  queueDepth!: number;
  @Measured('Longest wait of a task, in seconds; null when none waits.')
  oldestQueuedSeconds!: number | null;
  @Measured('Share of the last hour’s requests answered within 200 ms, 0 to 1.', 0.999)
  sloCompliance!: number | null;
}

/** One agent on the dashboard. */
export class AgentConditionDto {
  /** @example scanner */
  agentId!: string;
  /** @example Scanner */
  name!: string;
  @ApiProperty({ enum: AGENT_CONDITIONS, example: 'healthy' })
  status!: (typeof AGENT_CONDITIONS)[number];
  @ApiProperty({ type: String, nullable: true, example: '2026-11-24T12:00:00.000Z' })
  lastActive!: string | null;
  /** @example 12 */
  tasksCompleted!: number;
  /** @example 0 */
  tasksPending!: number;
  @Measured('Share of the latest attempts that succeeded, 0 to 1; null when nothing ran.', 1)
  performanceScore!: number | null;
  /** @example ["scan","analyze"] */
  capabilities!: string[];
  /** @example 0 */
  tokensToday!: number;
  /**
   * In US dollars.
   * @example "0.00"
   */
  costToday!: string;
}

/** Something that happened. */
export class ActivityDto {
  /** @example transaction:01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  timestamp!: string;
  /** @example transaction.sale */
  eventType!: string;
  /** @example Recorded sale */
  title!: string;
  /** @example 19.99 USD */
  description!: string;
  @ApiProperty({ enum: ACTIVITY_SEVERITIES, example: 'info' })
  severity!: ActivitySeverity;
  agentId?: string;
  actorId?: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  metadata!: Record<string, unknown>;
}

/** One minute or hour. */
export class PerformancePointDto {
  /** @example 2026-11-24T12:00:00.000Z */
  timestamp!: string;
  @Measured('Mean time to answer, in milliseconds.', 4.2)
  responseTime!: number | null;
  @Measured('Median, in milliseconds.', 3.1)
  p50!: number | null;
  @Measured('95th percentile, in milliseconds.', 9.8)
  p95!: number | null;
  @Measured('99th percentile, in milliseconds.', 21.4)
  p99!: number | null;
  @Measured('Load of the processors, in percent.', 12.5)
  cpuUsage!: number | null;
  @Measured('Used memory, in percent.', 41.2)
  memoryUsage!: number | null;
  /** @example 120 */
  requestsPerMinute!: number;
  @Measured('Share of answers that were 5xx, 0 to 1.', 0)
  errorRate!: number | null;
}

/** Money of one currency. */
export class RevenueDto {
  /** @example USD */
  currency!: string;
  /** @example "1250.00" */
  amount!: string;
}

/** Money of one currency on one day (UTC). */
export class DailyRevenueDto extends RevenueDto {
  /** @example 2026-11-24 */
  day!: string;
}

/** How the money goes. */
export class FinanceOverviewDto {
  revenueToday!: RevenueDto[];
  revenueByDay!: DailyRevenueDto[];
  /** @example 42 */
  transactionsToday!: number;
}

/** What is broken. */
export class ErrorOverviewDto {
  /** @example 3 */
  openGroups!: number;
  /** @example 1 */
  newToday!: number;
  /** @example 0 */
  regressed!: number;
}

/** Everything at once. */
export class DashboardDataDto {
  metrics!: SystemMetricsDto;
  agents!: AgentConditionDto[];
  recentActivities!: ActivityDto[];
  performanceHistory!: PerformancePointDto[];
  finance!: FinanceOverviewDto;
  errors!: ErrorOverviewDto;
}

/** How many activities, and from where on. */
export class ActivityQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 10 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 10;

  /** From the `Link` header (rel="next") of the answer before. */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  cursor?: string;
}

/** How far back. */
export class PerformanceQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 744,
    default: 24,
    description: 'Hours to look back; up to 6 in steps of a minute, beyond in steps of an hour.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(744)
  hours: number = 24;
}

export function toMetricsDto({ timestamp, activeAgents, performance, queue, healthScore }: Overview): SystemMetricsDto {
  return {
    timestamp: timestamp.toISOString(),
    activeAgents,
    apiRequestsPerMinute: performance.requestsPerMinute,
    averageResponseTime: performance.averageMs,
    p95ResponseTime: performance.p95Ms,
    systemHealthScore: healthScore,
    cpuUsage: performance.cpuPercent,
    memoryUsage: performance.memoryPercent,
    errorRate: performance.errorRate,
    queueDepth: queue.depth,
    oldestQueuedSeconds: queue.oldestQueuedSeconds,
    sloCompliance: performance.sloCompliance,
  };
}

export function toAgentDto(agent: AgentStatusView): AgentConditionDto {
  const { status, lastActive, capabilities, ...rest } = agent;
  return {
    ...rest,
    status: conditionOf(status),
    lastActive: lastActive?.toISOString() ?? null,
    capabilities: [...capabilities],
  };
}

/** The original's three lights: whatever cannot work is an error, whatever needs a look a warning. */
function conditionOf(status: AgentStatusView['status']): AgentConditionDto['status'] {
  switch (status) {
    case 'healthy':
      return 'healthy';
    case 'degraded':
    case 'recovering':
    case 'initializing':
    case 'paused':
      return 'warning';
    case 'failed':
    case 'offline':
      return 'error';
  }
}

export function toActivityDto(activity: Activity): ActivityDto {
  const { id, timestamp, eventType, title, description, severity, agentId, actorId, metadata } = activity;
  const said = { id, timestamp: timestamp.toISOString(), eventType, title, description, severity };
  return { ...said, agentId, actorId, metadata: { ...metadata } };
}

export function toPointDto({ timestamp, ...rest }: PerformancePoint): PerformancePointDto {
  return { timestamp: timestamp.toISOString(), ...rest };
}
