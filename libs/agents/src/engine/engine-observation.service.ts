import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ComponentHealth, HealthRegistry } from '#platform/health';
import { Metrics } from '#platform/observability';
import { AgentRepository } from '../registry/agent.repository.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { TaskEngineService } from './task-engine.service.js';

/** Shows how this process does its part: health and metrics. */
@Injectable()
export class EngineObservationService implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly metrics: Metrics,
    private readonly engine: TaskEngineService,
    private readonly notifications: TaskNotificationClient,
    private readonly agents: AgentRepository,
  ) {}

  onModuleInit(): void {
    this.registry.register({ name: 'agents', essential: false, check: () => this.check() });
    this.metrics.gauge('agent_tasks_running', 'Tasks that run in this process.', () => this.engine.runningCount);
    const ended = this.metrics.counter('agent_tasks_ended_total', 'Tasks whose end this process recorded.');
    this.notifications.listen(({ ended: ids, isOwn }) => {
      if (isOwn) ended.inc(ids.length);
    });
  }

  private async check(): Promise<ComponentHealth> {
    const openCircuits = await this.agents.countOpenCircuits();
    const details = { running: this.engine.runningCount, runsTasks: this.engine.isRunning, openCircuits };
    if (openCircuits === 0) return { status: 'healthy', ...details };
    const message = `agents that failed again and again get no tasks for a minute: ${openCircuits}`;
    return { status: 'degraded', message, ...details };
  }
}
