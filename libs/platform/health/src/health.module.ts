import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { HealthController } from './health.controller.js';
import { HealthRegistry } from './health-registry.js';
import { Lifecycle } from './lifecycle.js';
import { MetricsController } from './metrics.controller.js';
import { PlatformContributors } from './platform-contributors.js';

/** Probes and metrics over HTTP; the registry that modules report to. */
@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), PrometheusModule.register({ controller: MetricsController })],
  controllers: [HealthController],
  providers: [HealthRegistry, Lifecycle, PlatformContributors],
  exports: [HealthRegistry, Lifecycle],
})
export class HealthModule {}
