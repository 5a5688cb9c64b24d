import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AgentsModule } from '#agents';
import { type AppConfig, ConfigModule } from '#config';
import { CacheModule } from '#platform/cache';
import { DatabaseModule } from '#platform/database';
import { HealthModule } from '#platform/health';
import { HttpModule } from '#platform/http';
import { JobsModule } from '#platform/jobs';
import { ErrorReporter, KernelModule, NoErrorReporter } from '#platform/kernel';
import { ObservabilityModule } from '#platform/observability';
import { SecurityModule } from '#platform/security';

@Global()
@Module({ providers: [{ provide: ErrorReporter, useClass: NoErrorReporter }], exports: [ErrorReporter] })
class LedgerBinding {}

/** Composition root of a worker: what runs tasks, and the probes; no route of the API. */
@Module({})
export class WorkerModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(config),
        KernelModule,
        LedgerBinding,
        ObservabilityModule,
        DatabaseModule,
        CacheModule,
        SecurityModule,
        HttpModule,
        HealthModule,
        JobsModule,
        AgentsModule.forWorker(),
      ],
    };
  }
}
