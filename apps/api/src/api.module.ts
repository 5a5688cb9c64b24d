import { type DynamicModule, Module } from '@nestjs/common';
import { AgentsModule } from '#agents';
import { AuthModule } from '#auth';
import { type AppConfig, ConfigModule } from '#config';
import { DashboardModule } from '#dashboard';
import { ErrorsModule } from '#errors';
import { FinanceModule } from '#finance';
import { CacheModule } from '#platform/cache';
import { CheckpointsModule } from '#platform/checkpoints';
import { DatabaseModule } from '#platform/database';
import { HealthModule } from '#platform/health';
import { HttpModule } from '#platform/http';
import { IdempotencyModule } from '#platform/idempotency';
import { JobsModule } from '#platform/jobs';
import { KernelModule } from '#platform/kernel';
import { ObservabilityModule } from '#platform/observability';
import { SecurityModule } from '#platform/security';
import { McpModule } from './mcp/mcp.module.js';

/** The whole service in one process: composition root of the HTTP API. */
@Module({})
export class ApiModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ApiModule,
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
        IdempotencyModule,
        CheckpointsModule.forApi(),
        ErrorsModule,
        AuthModule,
        FinanceModule,
        AgentsModule.forApi(),
        DashboardModule,
        McpModule,
      ],
    };
  }
}
