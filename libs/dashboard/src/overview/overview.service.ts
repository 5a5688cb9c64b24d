import { Injectable } from '@nestjs/common';
import { AgentReadService, type AgentStatusView, type QueueView } from '#agents';
import { type ComponentHealth, HealthRegistry } from '#platform/health';
import { Clock } from '#platform/kernel';
import { healthScore } from './health-score.js';
import { type CurrentPerformance, PerformanceService } from '../measurements/performance.service.js';

/** The service at a glance; `null` where nothing is measured yet. */
export interface Overview {
  timestamp: Date;
  activeAgents: number;
  performance: CurrentPerformance;
  queue: QueueView;
  healthScore: number;
}

/** Puts the numbers of the last minute together. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly performance: PerformanceService,
    private readonly agents: AgentReadService,
    private readonly health: HealthRegistry,
    private readonly clock: Clock,
  ) {}

  async current(): Promise<Overview> {
    const [performance, statuses, queue, checks] = await Promise.all([
      this.performance.current(),
      this.agents.statuses(),
      this.agents.queue(),
      this.health.checkAll(),
    ]);
    const isDown = this.health.overall(checks) === 'unhealthy';
    return {
      timestamp: this.clock.now(),
      activeAgents: statuses.filter(({ status }) => isActive(status)).length,
      performance,
      queue,
      healthScore: healthScore({
        dependencies: isDown ? 0 : shareHealthy(Object.values(checks)),
        errorRate: performance.errorRate,
        sloCompliance: performance.sloCompliance,
        agents: shareWorking(statuses),
        oldestQueuedSeconds: queue.depth === 0 ? 0 : queue.oldestQueuedSeconds,
      }),
    };
  }
}

function isActive(status: AgentStatusView['status']): boolean {
  return status === 'healthy' || status === 'degraded' || status === 'recovering';
}

function shareHealthy(checks: ComponentHealth[]): number | null {
  if (checks.length === 0) return null;
  const worth = { healthy: 1, degraded: 0.5, unhealthy: 0 };
  return checks.reduce((sum, { status }) => sum + worth[status], 0) / checks.length;
}

function shareWorking(statuses: AgentStatusView[]): number | null {
  const used = statuses.filter(({ performanceScore }) => performanceScore !== null);
  return used.length === 0 ? null : used.filter(({ status }) => status !== 'failed').length / used.length;
}
