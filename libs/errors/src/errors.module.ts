import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { ErrorReporter } from '#platform/kernel';
import { ErrorAlertsController } from './api/error-alerts.controller.js';
import { ErrorExportController } from './api/error-export.controller.js';
import { ErrorGroupsController } from './api/error-groups.controller.js';
import { ErrorProjectsController } from './api/error-projects.controller.js';
import { ErrorReportsController } from './api/error-reports.controller.js';
import { ErrorRunsController } from './api/error-runs.controller.js';
import { ErrorTriageController } from './api/error-triage.controller.js';
import { SentryEnvelopesController } from './api/sentry-envelopes.controller.js';
import { AlertDispatcher } from './application/alert-dispatcher.service.js';
import { AlertRegistry } from './application/alert-registry.service.js';
import { AlertUpkeep } from './application/alert-upkeep.service.js';
import { DeadRunRecovery } from './application/dead-run-recovery.service.js';
import { EnvelopeIntake } from './application/envelope-intake.service.js';
import { ErrorReadService } from './application/error-read.service.js';
import { ErrorStatisticsService } from './application/error-statistics.service.js';
import { GroupMergeService } from './application/group-merge.service.js';
import { GroupQueryService } from './application/group-query.service.js';
import { GroupTriageService } from './application/group-triage.service.js';
import { LedgerAccounts } from './application/ledger-accounts.js';
import { KeyedIntake } from './application/keyed-intake.service.js';
import { LedgerConsumer } from './application/ledger-consumer.service.js';
import { LedgerDrain } from './application/ledger-drain.service.js';
import { LedgerIntake } from './application/ledger-intake.service.js';
import { LedgerLifecycle } from './application/ledger-lifecycle.service.js';
import { LedgerPressure } from './application/ledger-pressure.service.js';
import { LedgerReporter } from './application/ledger-reporter.js';
import { LedgerRun } from './application/ledger-run.js';
import { LedgerSignals } from './application/ledger-signals.service.js';
import { LedgerTally } from './application/ledger-tally.js';
import { LedgerUpkeep } from './application/ledger-upkeep.service.js';
import { OccurrenceDraftService } from './application/occurrence-draft.service.js';
import { OccurrenceExport } from './application/occurrence-export.service.js';
import { ProjectDirectory } from './application/project-directory.service.js';
import { ProjectItems } from './application/project-items.service.js';
import { ProjectRegistry } from './application/project-registry.service.js';
import { ProjectSignals } from './application/project-signals.service.js';
import { RunArtifactService } from './application/run-artifact.service.js';
import { RunDiffService } from './application/run-diff.service.js';
import { RunQueryService } from './application/run-query.service.js';
import { RunRegistrar } from './application/run-registrar.service.js';
import { SentryForwarder } from './application/sentry-forwarder.service.js';
import { AlertOutbox } from './infrastructure/alert-outbox.repository.js';
import { AlertWebhook } from './infrastructure/alert-webhook.client.js';
import { AlertRepository } from './infrastructure/alert.repository.js';
import { ErrorGroupRepository } from './infrastructure/error-group.repository.js';
import { ErrorStatisticsRepository } from './infrastructure/error-statistics.repository.js';
import { ExternalSentry } from './infrastructure/external-sentry.client.js';
import { GroupMergeRepository } from './infrastructure/group-merge.repository.js';
import { OccurrenceRepository } from './infrastructure/occurrence.repository.js';
import { OccurrenceStore } from './infrastructure/occurrence-store.repository.js';
import { ProjectRepository } from './infrastructure/project.repository.js';
import { RunDiffRepository } from './infrastructure/run-diff.repository.js';
import { RunRepository } from './infrastructure/run.repository.js';

/** The error ledger without its routes, and the port through which everything else reports to it. */
@Global()
@Module({
  // Named although it is global: whoever imports the database is shut down before it.
  imports: [DatabaseModule],
  providers: [
    AlertOutbox,
    DeadRunRecovery,
    ErrorReadService,
    ErrorStatisticsService,
    GroupQueryService,
    LedgerAccounts,
    LedgerConsumer,
    LedgerDrain,
    LedgerIntake,
    LedgerLifecycle,
    LedgerPressure,
    LedgerReporter,
    LedgerRun,
    LedgerSignals,
    LedgerTally,
    LedgerUpkeep,
    OccurrenceDraftService,
    ProjectItems,
    ProjectRepository,
    RunArtifactService,
    RunQueryService,
    RunRegistrar,
    SentryForwarder,
    ErrorGroupRepository,
    ErrorStatisticsRepository,
    ExternalSentry,
    OccurrenceRepository,
    OccurrenceStore,
    RunRepository,
    { provide: ErrorReporter, useExisting: LedgerReporter },
  ],
  exports: [
    AlertOutbox,
    ErrorReporter,
    ErrorReadService,
    ErrorStatisticsService,
    ErrorGroupRepository,
    GroupQueryService,
    LedgerIntake,
    LedgerRun,
    LedgerTally,
    OccurrenceDraftService,
    OccurrenceRepository,
    ProjectItems,
    ProjectRepository,
    RunArtifactService,
    RunQueryService,
    RunRepository,
  ],
})
export class ErrorLedgerModule {}

/** The ledger with its routes. */
@Module({
  imports: [ErrorLedgerModule],
  providers: [
    AlertDispatcher,
    AlertRegistry,
    AlertRepository,
    AlertUpkeep,
    AlertWebhook,
    EnvelopeIntake,
    GroupMergeRepository,
    GroupMergeService,
    GroupTriageService,
    KeyedIntake,
    OccurrenceExport,
    ProjectDirectory,
    ProjectRegistry,
    ProjectSignals,
    RunDiffRepository,
    RunDiffService,
  ],
  // The order matters: a path that is a word comes before one that is an id.
  controllers: [
    ErrorReportsController,
    ErrorAlertsController,
    ErrorExportController,
    ErrorRunsController,
    ErrorProjectsController,
    ErrorTriageController,
    ErrorGroupsController,
    SentryEnvelopesController,
  ],
  exports: [ErrorLedgerModule],
})
export class ErrorsModule {}
