import { ApiProperty } from '@nestjs/swagger';
import { AGENT_STATUSES, type AgentStatus } from './agent.js';
import type { AgentSummary } from './agent-summary.js';

const CIRCUITS = ['closed', 'open', 'half_open'] as const;

/** State of an agent's circuit breaker. */
export class CircuitBreakerDto {
  @ApiProperty({ enum: CIRCUITS, example: 'closed' })
  state!: (typeof CIRCUITS)[number];
  /**
   * Failures since the last success.
   * @example 0
   */
  failureCount!: number;
  /** When the next task may try. */
  @ApiProperty({ type: String, nullable: true, example: null })
  openUntil!: string | null;
}

/** How an agent is doing. */
export class AgentHealthDto {
  /** @example scanner */
  agent!: string;
  @ApiProperty({ enum: AGENT_STATUSES, example: 'healthy' })
  status!: AgentStatus;
  /** Share of the latest attempts that succeeded, from 0 to 1; `null` before the first. */
  @ApiProperty({ type: Number, nullable: true, example: 0.98 })
  successRate!: number | null;
  /** Tasks that ended well or badly. */
  totalOperations!: number;
  errorCount!: number;
  /** Mean time of the last attempt of tasks that ended. */
  @ApiProperty({ type: Number, nullable: true, example: 182 })
  averageResponseTimeMs!: number | null;
  circuitBreaker!: CircuitBreakerDto;
  /** Tasks that wait to be started. */
  backlog!: number;
  running!: number;
  @ApiProperty({ type: Number, nullable: true, example: null })
  oldestQueuedSeconds!: number | null;
  /** When a task last ended or a worker was last heard of. */
  @ApiProperty({ type: String, nullable: true, example: '2026-11-24T12:00:00.000Z' })
  lastSeenAt!: string | null;
}

/** How all agents are doing. */
export class AgentsHealthDto {
  totalAgents!: number;
  healthyAgents!: number;
  /** Failed or degraded. */
  unhealthyAgents!: number;
  @ApiProperty({ type: [AgentHealthDto] })
  agents!: AgentHealthDto[];
}

export function toHealthDto(summary: AgentSummary): AgentHealthDto {
  return {
    agent: summary.slug,
    status: summary.status,
    successRate: summary.successRate,
    totalOperations: summary.succeeded + summary.failed,
    errorCount: summary.failed,
    averageResponseTimeMs: summary.averageMs,
    circuitBreaker: {
      state: summary.circuit,
      failureCount: summary.consecutiveFailures,
      openUntil: summary.circuitOpenUntil?.toISOString() ?? null,
    },
    backlog: summary.pending,
    running: summary.running,
    oldestQueuedSeconds: summary.oldestQueuedSeconds,
    lastSeenAt: latestOf(summary.lastActiveAt, summary.workerSeenAt)?.toISOString() ?? null,
  };
}

export function toAgentsHealthDto(summaries: readonly AgentSummary[]): AgentsHealthDto {
  const unhealthy = summaries.filter(({ status }) => status === 'failed' || status === 'degraded').length;
  return {
    totalAgents: summaries.length,
    healthyAgents: summaries.filter(({ status }) => status === 'healthy').length,
    unhealthyAgents: unhealthy,
    agents: summaries.map(toHealthDto),
  };
}

function latestOf(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a > b ? a : b;
}
