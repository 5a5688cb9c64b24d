import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RedisPulse } from '#platform/cache';
import { Database, SchemaState } from '#platform/database';
import { Clock } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import { type ComponentHealth, HealthRegistry } from './health-registry.js';
import { Lifecycle } from './lifecycle.js';

/** Registers the health and the metrics of what the platform itself stands on. */
@Injectable()
export class PlatformContributors implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly database: Database,
    private readonly schema: SchemaState,
    private readonly lifecycle: Lifecycle,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly redis: RedisPulse,
  ) {}

  onModuleInit(): void {
    this.registry.register({ name: 'database', essential: true, check: () => this.checkDatabase() });
    this.registry.register({ name: 'lifecycle', essential: true, check: () => Promise.resolve(this.checkLifecycle()) });
    this.registry.register({ name: 'redis', essential: false, check: () => this.checkRedis() });
    this.metrics.labelledGauge(
      'database_connections',
      'Connections of the pool by state.',
      'state',
      () => this.database.pool,
    );
    this.metrics.gauge('redis_up', 'Whether Redis answers; absent without Redis.', () =>
      this.redis.isAnswering === undefined ? undefined : Number(this.redis.isAnswering),
    );
  }

  private async checkDatabase(): Promise<ComponentHealth> {
    const start = this.clock.millis();
    await this.database.ping();
    if (!(await this.schema.isComplete())) return { status: 'unhealthy', message: 'migrations are pending' };
    return { status: 'healthy', latencyMs: this.clock.millis() - start };
  }

  private async checkRedis(): Promise<ComponentHealth> {
    const isAnswering = await this.redis.look();
    if (isAnswering === undefined) return { status: 'healthy', message: 'not configured; memory is used' };
    return isAnswering ? { status: 'healthy' } : { status: 'degraded', message: 'does not answer; memory is used' };
  }

  private checkLifecycle(): ComponentHealth {
    return this.lifecycle.isDraining ? { status: 'unhealthy', message: 'shutting down' } : { status: 'healthy' };
  }
}
