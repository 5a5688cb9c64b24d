import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { REDIS, type RedisHandle } from '#platform/cache';
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
    @Inject(REDIS) private readonly redis: RedisHandle,
  ) {}

  onModuleInit(): void {
    this.registry.register({ name: 'database', essential: true, check: () => this.checkDatabase() });
    this.registry.register({ name: 'lifecycle', essential: true, check: () => Promise.resolve(this.checkLifecycle()) });
    this.registry.register({ name: 'redis', essential: false, check: () => Promise.resolve(this.checkRedis()) });
    this.metrics.labelledGauge(
      'database_connections',
      'Connections of the pool by state.',
      'state',
      () => this.database.pool,
    );
    this.metrics.gauge('redis_up', 'Whether Redis answers; absent without Redis.', () =>
      this.redis.client ? Number(this.redis.client.isReady) : undefined,
    );
  }

  private async checkDatabase(): Promise<ComponentHealth> {
    const start = this.clock.millis();
    await this.database.query('SELECT 1');
    if (!(await this.schema.isComplete())) return { status: 'unhealthy', message: 'migrations are pending' };
    return { status: 'healthy', latencyMs: this.clock.millis() - start };
  }

  private checkRedis(): ComponentHealth {
    if (!this.redis.client) return { status: 'healthy', message: 'not configured; memory is used' };
    if (this.redis.client.isReady) return { status: 'healthy' };
    return { status: 'degraded', message: 'not reachable; memory is used' };
  }

  private checkLifecycle(): ComponentHealth {
    return this.lifecycle.isDraining ? { status: 'unhealthy', message: 'shutting down' } : { status: 'healthy' };
  }
}
