import { Global, Module } from '@nestjs/common';
import { DatabaseModule, provideByEngine } from '#platform/database';
import { ErrorReporter } from '#platform/kernel';
import { TABLES } from './tables.js';
import { ErrorAlertsController } from './alerts/error-alerts.controller.js';
import { ErrorExportController } from './groups/error-export.controller.js';
import { ErrorGroupsController } from './groups/error-groups.controller.js';
import { ErrorProjectsController } from './projects/error-projects.controller.js';
import { ErrorReportsController } from './intake/error-reports.controller.js';
import { ErrorRunsController } from './runs/error-runs.controller.js';
import { ErrorStatisticsController } from './statistics/error-statistics.controller.js';
import { ErrorTriageController } from './triage/error-triage.controller.js';
import { SentryEnvelopesController } from './sentry/sentry-envelopes.controller.js';
import { AlertDispatcherService } from './alerts/alert-dispatcher.service.js';
import { AlertRegistryService } from './alerts/alert-registry.service.js';
import { AlertUpkeepJob } from './alerts/alert-upkeep.job.js';
import { DeadRunRecoveryService } from './ledger/dead-run-recovery.service.js';
import { EnvelopeIntakeService } from './sentry/envelope-intake.service.js';
import { ErrorReadService } from './statistics/error-read.service.js';
import { ErrorStatisticsService } from './statistics/error-statistics.service.js';
import { GroupMergeService } from './triage/group-merge.service.js';
import { GroupQueryService } from './groups/group-query.service.js';
import { GroupTriageService } from './triage/group-triage.service.js';
import { ConservationService } from './statistics/conservation.service.js';
import { KeyedIntakeService } from './intake/keyed-intake.service.js';
import { LedgerConsumerService } from './ledger/ledger-consumer.service.js';
import { LedgerDrainService } from './ledger/ledger-drain.service.js';
import { LedgerIntakeService } from './ledger/ledger-intake.service.js';
import { LedgerLifecycleService } from './ledger/ledger-lifecycle.service.js';
import { LedgerPressureService } from './ledger/ledger-pressure.service.js';
import { LedgerReporterService } from './intake/ledger-reporter.service.js';
import { CurrentRunService } from './write-ahead/current-run.service.js';
import { SelfLogService } from './write-ahead/self-log.service.js';
import { LedgerMonitorService } from './ledger/ledger-monitor.service.js';
import { LedgerTallyService } from './write-ahead/ledger-tally.service.js';
import { GroupUpkeepJob } from './groups/group-upkeep.job.js';
import { OccurrenceDraftService } from './ledger/occurrence-draft.service.js';
import { OccurrenceExportService } from './groups/occurrence-export.service.js';
import { ProjectKeysService } from './projects/project-keys.service.js';
import { ProjectItemCountsService } from './projects/project-item-counts.service.js';
import { ProjectRegistryService } from './projects/project-registry.service.js';
import { ProjectMetricsService } from './projects/project-metrics.service.js';
import { RunArtifactService } from './runs/run-artifact.service.js';
import { RunDiffService } from './runs/run-diff.service.js';
import { RunQueryService } from './runs/run-query.service.js';
import { RunRegistrarService } from './runs/run-registrar.service.js';
import { SentryForwarderService } from './sentry/sentry-forwarder.service.js';
import { AlertOutboxRepository } from './alerts/alert-outbox.repository.js';
import { AlertWebhookClient } from './alerts/alert-webhook.client.js';
import { AlertRepository } from './alerts/alert.repository.js';
import { ErrorGroupRepository } from './groups/error-group.repository.js';
import { PostgresErrorStatisticsRepository } from './statistics/error-statistics.postgres.js';
import { ErrorStatisticsRepository } from './statistics/error-statistics.repository.js';
import { ExternalSentryClient } from './sentry/external-sentry.client.js';
import { GroupMergeRepository } from './triage/group-merge.repository.js';
import { PostgresErrorGroupRepository } from './groups/error-group.postgres.js';
import { PostgresOccurrenceRepository } from './occurrences/occurrence.postgres.js';
import { OccurrenceRepository } from './occurrences/occurrence.repository.js';
import { ErrorsLookupRepository } from './lookup/errors-lookup.repository.js';
import { ErrorsLookupService } from './lookup/errors-lookup.service.js';
import { PostgresLedgerStoreRepository } from './ledger/ledger-store.postgres.js';
import { LedgerStoreRepository } from './ledger/ledger-store.repository.js';
import { ProjectRepository } from './projects/project.repository.js';
import { RunDiffRepository } from './runs/run-diff.repository.js';
import { RunRepository } from './runs/run.repository.js';
import { PostgresRunRepository } from './runs/run.postgres.js';

/** The error ledger without its routes, and the port through which everything else reports to it. */
@Global()
@Module({
  // Named although it is global: whoever imports the database is shut down before it.
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [
    AlertOutboxRepository,
    DeadRunRecoveryService,
    ErrorReadService,
    ErrorStatisticsService,
    GroupQueryService,
    ConservationService,
    LedgerConsumerService,
    LedgerDrainService,
    LedgerIntakeService,
    LedgerLifecycleService,
    LedgerPressureService,
    LedgerReporterService,
    CurrentRunService,
    LedgerMonitorService,
    LedgerTallyService,
    GroupUpkeepJob,
    OccurrenceDraftService,
    ProjectItemCountsService,
    ProjectRepository,
    RunArtifactService,
    RunQueryService,
    RunRegistrarService,
    SelfLogService,
    SentryForwarderService,
    provideByEngine({ portable: ErrorGroupRepository, postgres: PostgresErrorGroupRepository }),
    provideByEngine({ portable: ErrorStatisticsRepository, postgres: PostgresErrorStatisticsRepository }),
    ExternalSentryClient,
    provideByEngine({ portable: OccurrenceRepository, postgres: PostgresOccurrenceRepository }),
    provideByEngine({ portable: LedgerStoreRepository, postgres: PostgresLedgerStoreRepository }),
    provideByEngine({ portable: RunRepository, postgres: PostgresRunRepository }),
    { provide: ErrorReporter, useExisting: LedgerReporterService },
  ],
  exports: [
    AlertOutboxRepository,
    ErrorReporter,
    ErrorReadService,
    ErrorStatisticsService,
    ErrorGroupRepository,
    GroupQueryService,
    LedgerIntakeService,
    CurrentRunService,
    LedgerTallyService,
    OccurrenceDraftService,
    OccurrenceRepository,
    ProjectItemCountsService,
    ProjectRepository,
    RunArtifactService,
    RunQueryService,
    RunRepository,
    SelfLogService,
  ],
})
export class ErrorLedgerModule {}

/** The ledger with its routes. */
@Module({
  imports: [ErrorLedgerModule],
  providers: [
    AlertDispatcherService,
    AlertRegistryService,
    AlertRepository,
    AlertUpkeepJob,
    AlertWebhookClient,
    EnvelopeIntakeService,
    ErrorsLookupRepository,
    ErrorsLookupService,
    GroupMergeRepository,
    GroupMergeService,
    GroupTriageService,
    KeyedIntakeService,
    OccurrenceExportService,
    ProjectKeysService,
    ProjectRegistryService,
    ProjectMetricsService,
    RunDiffRepository,
    RunDiffService,
  ],
  controllers: [
    ErrorReportsController,
    ErrorAlertsController,
    ErrorExportController,
    ErrorRunsController,
    ErrorProjectsController,
    ErrorTriageController,
    ErrorStatisticsController,
    ErrorGroupsController,
    SentryEnvelopesController,
  ],
  exports: [ErrorLedgerModule, ErrorsLookupService],
})
export class ErrorsModule {}
