import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TaskChainsModule } from '#agents';
import { AuthModule } from '#auth';
import { type AppConfig, ConfigModule } from '#config';
import { LedgerChainModule } from '#finance';
import { CacheModule } from '#platform/cache';
import { CheckpointsModule } from '#platform/checkpoints';
import { DatabaseModule } from '#platform/database';
import { HttpModule } from '#platform/http';
import { IdempotencyModule } from '#platform/idempotency';
import { JobsModule } from '#platform/jobs';
import { ErrorReporter, KernelModule, NoErrorReporter } from '#platform/kernel';
import { ObservabilityModule } from '#platform/observability';
import { SecurityModule } from '#platform/security';

/** A command's failure is shown to the person who ran it, not recorded. */
@Global()
@Module({
  providers: [{ provide: ErrorReporter, useClass: NoErrorReporter }],
  exports: [ErrorReporter],
})
class NoLedgerModule {}

/** What commands need of the service: the database and identity, without the doors. */
@Module({})
export class CliModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: CliModule,
      imports: [
        ConfigModule.forRoot(config),
        KernelModule,
        NoLedgerModule,
        ObservabilityModule,
        DatabaseModule,
        CacheModule,
        SecurityModule,
        HttpModule,
        JobsModule,
        IdempotencyModule,
        CheckpointsModule.forCommands(),
        AuthModule,
        LedgerChainModule,
        TaskChainsModule,
      ],
    };
  }
}
