import type { AgentStatusView } from '#agents';
import type { Overview } from '../application/overview.service.js';
import type { PerformancePoint } from '../application/performance.service.js';
import type { Activity } from '../domain/activity.js';
import type { ActivityDto, AgentConditionDto, PerformancePointDto, SystemMetricsDto } from './dto/dashboard.dto.js';

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

export function toActivityDto({ timestamp, metadata, ...rest }: Activity): ActivityDto {
  return { ...rest, timestamp: timestamp.toISOString(), metadata: { ...metadata } };
}

export function toPointDto({ timestamp, ...rest }: PerformancePoint): PerformancePointDto {
  return { timestamp: timestamp.toISOString(), ...rest };
}
