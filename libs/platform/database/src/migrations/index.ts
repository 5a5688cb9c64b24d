import type { MigrationInterface } from 'typeorm';
import { CreatePlatformTables1764000000000 } from './1764000000000-create-platform-tables.js';
import { CreateAuthTables1764000100000 } from './1764000100000-create-auth-tables.js';
import { CreateFinanceTables1764000200000 } from './1764000200000-create-finance-tables.js';
import { CreateErrorTables1764000300000 } from './1764000300000-create-error-tables.js';
import { CreateAgentTables1764000400000 } from './1764000400000-create-agent-tables.js';
import { CreateDashboardTables1764000500000 } from './1764000500000-create-dashboard-tables.js';
import { CompleteAuth1764100100000 } from './1764100100000-complete-auth.js';
import { HoldAndHeadOfLedger1764100200000 } from './1764100200000-hold-and-head-of-ledger.js';
import { SealLedger1764100200001 } from './1764100200001-seal-ledger.js';
import { CreateErrorProjects1764100300000 } from './1764100300000-create-error-projects.js';
import { AddErrorMergeParent1764100300001 } from './1764100300001-add-error-merge-parent.js';
import { CreateErrorAlerts1764100300002 } from './1764100300002-create-error-alerts.js';
import { CheckTwoLegsAtAGlance1764200200000 } from './1764200200000-check-two-legs-at-a-glance.js';
import { CreateFinanceImports1764200210000 } from './1764200210000-create-finance-imports.js';
import { IndexCurrencyOfTransactions1764200220000 } from './1764200220000-index-currency-of-transactions.js';
import { IndexEffectiveTimeOfTransactions1764200230000 } from './1764200230000-index-effective-time-of-transactions.js';
import { IndexErrorPresence1764200300000 } from './1764200300000-index-error-presence.js';
import { CreateErrorRequests1764200310000 } from './1764200310000-create-error-requests.js';
import { CompleteAgentQueue1764200400000 } from './1764200400000-complete-agent-queue.js';
import { CreateAgentWorkers1764200410000 } from './1764200410000-create-agent-workers.js';
import { CreateAgentSchedules1764200420000 } from './1764200420000-create-agent-schedules.js';
import { SearchErrorGroups1764300300000 } from './1764300300000-search-error-groups.js';
import { CountConsequentialCalls1764300500000 } from './1764300500000-count-consequential-calls.js';
import { LightenTaskWrites1764400000000 } from './1764400000000-lighten-task-writes.js';
import { FindTasksByTheirBatch1764500000000 } from './1764500000000-find-tasks-by-their-batch.js';
import { BoundCredentials1764600000000 } from './1764600000000-bound-credentials.js';
import { BooksOfATimeZone1764800000000 } from './1764800000000-books-of-a-time-zone.js';
import { KnowWhoHoldsATask1764900000000 } from './1764900000000-know-who-holds-a-task.js';
import { PauseSchedulesWithTheirOwner1764900010000 } from './1764900010000-pause-schedules-with-their-owner.js';
import { KeepTaskEvents1764900020000 } from './1764900020000-keep-task-events.js';
import { TellIdentitiesApartByForm1765000000000 } from './1765000000000-tell-identities-apart-by-form.js';
import { RememberIssuersOfTokens1765000010000 } from './1765000010000-remember-issuers-of-tokens.js';
import { FindAndDeleteUsers1765000020000 } from './1765000020000-find-and-delete-users.js';
import { ChangeAddresses1765000030000 } from './1765000030000-change-addresses.js';
import { KeepIdempotentRequests1765100000000 } from './1765100000000-keep-idempotent-requests.js';
import { NoteReleasesOfErrors1765200000000 } from './1765200000000-note-releases-of-errors.js';
import { SumErrorsByHourAndDay1765200010000 } from './1765200010000-sum-errors-by-hour-and-day.js';
import { FindErrorGroupsByKind1765200020000 } from './1765200020000-find-error-groups-by-kind.js';
import { CallEachAlertAtItsOwnPace1765200030000 } from './1765200030000-call-each-alert-at-its-own-pace.js';
import { HoldAgentsBack1765300000000 } from './1765300000000-hold-agents-back.js';
import { SayWhatOverlaps1765300010000 } from './1765300010000-say-what-overlaps.js';
import { DropErrorRequests1765300020000 } from './1765300020000-drop-error-requests.js';
import { RemoveEndedTasks1765401000000 } from './1765401000000-remove-ended-tasks.js';
import { KeepTopGroupsOfErrors1765402000000 } from './1765402000000-keep-top-groups-of-errors.js';
import { CountErrorGroupsByStatus1765402010000 } from './1765402010000-count-error-groups-by-status.js';
import { ListTransactionsByKind1765403000000 } from './1765403000000-list-transactions-by-kind.js';
import { ListAuditEventsByKind1765403010000 } from './1765403010000-list-audit-events-by-kind.js';
import { FindTasksByAgentAndState1765401010000 } from './1765401010000-find-tasks-by-agent-and-state.js';
import { FindSeveritiesOfErrorGroups1765600000000 } from './1765600000000-find-severities-of-error-groups.js';
import { TakeRowsOfEarlierReplicas1765700000000 } from './1765700000000-take-rows-of-earlier-replicas.js';
import { GiveCountsOfErrorGroupsAKey1765800000000 } from './1765800000000-give-counts-of-error-groups-a-key.js';
import { SayChannelsOfAlerts1765800010000 } from './1765800010000-say-channels-of-alerts.js';
import { NameLivingProjects1766100000000 } from './1766100000000-name-living-projects.js';
import { TellWhatChanges1766300000000 } from './1766300000000-tell-what-changes.js';
import { FindTasksBySchedule1766400000000 } from './1766400000000-find-tasks-by-schedule.js';
import { ListWorkers1766400010000 } from './1766400010000-list-workers.js';
import { ListBatches1766400020000 } from './1766400020000-list-batches.js';
import { FindSchedules1766400030000 } from './1766400030000-find-schedules.js';
import { KeepHistoryOfAgents1766400040000 } from './1766400040000-keep-history-of-agents.js';
import { SearchTasks1766400050000 } from './1766400050000-search-tasks.js';
import { FindByCorrelation1766500000000 } from './1766500000000-find-by-correlation.js';
import { FindAuditEventsByCorrelation1766500010000 } from './1766500010000-find-audit-events-by-correlation.js';
import { FindOccurrencesByCorrelation1766500020000 } from './1766500020000-find-occurrences-by-correlation.js';
import { FindTasksByCorrelation1766500030000 } from './1766500030000-find-tasks-by-correlation.js';
import { CountEachLifeOfATask1766700000000 } from './1766700000000-count-each-life-of-a-task.js';

/** Every migration, oldest first. A merged one is never edited: add the next. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  CreatePlatformTables1764000000000,
  CreateAuthTables1764000100000,
  CreateFinanceTables1764000200000,
  CreateErrorTables1764000300000,
  CreateAgentTables1764000400000,
  CreateDashboardTables1764000500000,
  CompleteAuth1764100100000,
  HoldAndHeadOfLedger1764100200000,
  SealLedger1764100200001,
  CreateErrorProjects1764100300000,
  AddErrorMergeParent1764100300001,
  CreateErrorAlerts1764100300002,
  CheckTwoLegsAtAGlance1764200200000,
  CreateFinanceImports1764200210000,
  IndexCurrencyOfTransactions1764200220000,
  IndexEffectiveTimeOfTransactions1764200230000,
  IndexErrorPresence1764200300000,
  CreateErrorRequests1764200310000,
  CompleteAgentQueue1764200400000,
  CreateAgentWorkers1764200410000,
  CreateAgentSchedules1764200420000,
  SearchErrorGroups1764300300000,
  CountConsequentialCalls1764300500000,
  LightenTaskWrites1764400000000,
  FindTasksByTheirBatch1764500000000,
  BoundCredentials1764600000000,
  BooksOfATimeZone1764800000000,
  KnowWhoHoldsATask1764900000000,
  PauseSchedulesWithTheirOwner1764900010000,
  KeepTaskEvents1764900020000,
  TellIdentitiesApartByForm1765000000000,
  RememberIssuersOfTokens1765000010000,
  FindAndDeleteUsers1765000020000,
  ChangeAddresses1765000030000,
  KeepIdempotentRequests1765100000000,
  NoteReleasesOfErrors1765200000000,
  SumErrorsByHourAndDay1765200010000,
  FindErrorGroupsByKind1765200020000,
  CallEachAlertAtItsOwnPace1765200030000,
  HoldAgentsBack1765300000000,
  SayWhatOverlaps1765300010000,
  DropErrorRequests1765300020000,
  RemoveEndedTasks1765401000000,
  FindTasksByAgentAndState1765401010000,
  KeepTopGroupsOfErrors1765402000000,
  CountErrorGroupsByStatus1765402010000,
  ListTransactionsByKind1765403000000,
  ListAuditEventsByKind1765403010000,
  FindSeveritiesOfErrorGroups1765600000000,
  TakeRowsOfEarlierReplicas1765700000000,
  GiveCountsOfErrorGroupsAKey1765800000000,
  SayChannelsOfAlerts1765800010000,
  NameLivingProjects1766100000000,
  TellWhatChanges1766300000000,
  FindTasksBySchedule1766400000000,
  ListWorkers1766400010000,
  ListBatches1766400020000,
  FindSchedules1766400030000,
  KeepHistoryOfAgents1766400040000,
  SearchTasks1766400050000,
  FindByCorrelation1766500000000,
  FindAuditEventsByCorrelation1766500010000,
  FindOccurrencesByCorrelation1766500020000,
  FindTasksByCorrelation1766500030000,
  CountEachLifeOfATask1766700000000,
];
