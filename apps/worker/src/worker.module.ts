import { type DynamicModule, Module } from '@nestjs/common';
import { AgentsModule } from '#agents';
import { AuditModule, UserStandingModule } from '#auth';
import { type AppConfig, ConfigModule } from '#config';
import { ErrorLedgerModule } from '#errors';
import { CacheModule } from '#platform/cache';
import { DatabaseModule } from '#platform/database';
import { HealthModule } from '#platform/health';
import { HttpModule } from '#platform/http';
import { JobsModule } from '#platform/jobs';
import { KernelModule } from '#platform/kernel';
import { ObservabilityModule } from '#platform/observability';
import { SecurityModule } from '#platform/security';

/** Composition root of a worker: what runs tasks, and the probes; no route of the API. */
@Module({})
export class WorkerModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.forRoot(config),
        KernelModule,
        ObservabilityModule,
        DatabaseModule,
        CacheModule,
        SecurityModule,
        HttpModule,
        HealthModule,
        JobsModule,
        AuditModule,
        UserStandingModule,
        ErrorLedgerModule,
        AgentsModule.forWorker(),
      ],
    };
  }
}
