import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { DatabaseModule, provideByEngine } from '#platform/database';
import { TABLES } from './tables.js';
import { AgentExecutionController } from './queue/agent-execution.controller.js';
import { AgentHistoryController } from './history/agent-history.controller.js';
import { AgentHistoryJob } from './history/agent-history.job.js';
import { AgentHistoryService } from './history/agent-history.service.js';
import { AgentHourRepository } from './history/agent-hour.repository.js';
import { AgentsController } from './registry/agents.controller.js';
import { BatchesController } from './batches/batches.controller.js';
import { TaskResultValidator } from './workers/task-result.validator.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { TaskEventsController } from './queue/task-events.controller.js';
import { TasksController } from './queue/tasks.controller.js';
import { TaskSearchController } from './search/task-search.controller.js';
import { AgentCallbackService } from './attempts/agent-callback.service.js';
import { AgentCatalogueService } from './registry/agent-catalogue.service.js';
import { WorkerTasksController } from './workers/worker-tasks.controller.js';
import { WorkerDirectoryController } from './workers/worker-directory.controller.js';
import { WorkersController } from './workers/workers.controller.js';
import { AgentConditionService } from './attempts/agent-condition.service.js';
import { AgentDirectoryService } from './registry/agent-directory.service.js';
import { EngineObservationService } from './engine/engine-observation.service.js';
import { AgentReadService } from './registry/agent-read.service.js';
import { AgentRegistryService } from './registry/agent-registry.service.js';
import { BatchListService } from './batches/batch-list.service.js';
import { BatchResultService } from './batches/batch-result.service.js';
import { CallerStandingService } from './tasks/caller-standing.service.js';
import { AttemptService } from './engine/attempt.service.js';
import { HeldAttemptsService } from './engine/held-attempts.service.js';
import { ExpiredLeaseService } from './engine/expired-lease.service.js';
import { ScheduleTaskService } from './schedules/schedule-task.service.js';
import { ScheduleRegistryService } from './schedules/schedule-registry.service.js';
import { BatchSubmissionService } from './batches/batch-submission.service.js';
import { TaskSubmissionService } from './queue/task-submission.service.js';
import { TaskAnnouncerService } from './attempts/task-announcer.service.js';
import { TaskApprovalService } from './queue/task-approval.service.js';
import { TaskCancellationService } from './queue/task-cancellation.service.js';
import { TaskEnqueueService } from './queue/task-enqueue.service.js';
import { TaskEngineService } from './engine/task-engine.service.js';
import { TaskEventStreamService } from './queue/task-event-stream.service.js';
import { TaskExplanationService } from './queue/task-explanation.service.js';
import { TaskLeaseService } from './attempts/task-lease.service.js';
import { TaskLookupService } from './queue/task-lookup.service.js';
import { BulkCancellationService } from './search/bulk-cancellation.service.js';
import { TaskSearchService } from './search/task-search.service.js';
import { AttemptOutcomeService } from './attempts/attempt-outcome.service.js';
import { TaskEndService } from './attempts/task-end.service.js';
import { TaskRedriveService } from './queue/task-redrive.service.js';
import { TaskRetentionJob } from './retention/task-retention.job.js';
import { RunnersModule } from './runners/runners.module.js';
import { TaskSchedulerService } from './schedules/task-scheduler.service.js';
import { TaskSweeperService } from './engine/task-sweeper.service.js';
import { WorkerLeaseService } from './workers/worker-lease.service.js';
import { WorkerOutcomeService } from './workers/worker-outcome.service.js';
import { WorkerDirectoryService } from './workers/worker-directory.service.js';
import { WorkerRegistryService } from './workers/worker-registry.service.js';
import { PostgresAgentStatisticsRepository } from './registry/agent-statistics.postgres.js';
import { AgentStatisticsRepository } from './registry/agent-statistics.repository.js';
import { AgentRepository } from './registry/agent.repository.js';
import { PostgresBatchRepository } from './batches/batch.postgres.js';
import { BatchRepository } from './batches/batch.repository.js';
import { KeyedSubmissionRepository } from './queue/keyed-submission.repository.js';
import { ScheduleRepository } from './schedules/schedule.repository.js';
import { StartFactsRepository } from './queue/start-facts.repository.js';
import { PostgresTaskClaimRepository } from './attempts/task-claim.postgres.js';
import { TaskClaimRepository } from './attempts/task-claim.repository.js';
import { TaskDependencyRepository } from './tasks/task-dependency.repository.js';
import { PostgresTaskEventRepository } from './tasks/task-event.postgres.js';
import { TaskEventRepository } from './tasks/task-event.repository.js';
import { TaskLeaseRepository } from './attempts/task-lease.repository.js';
import { PostgresTaskTransitionRepository } from './attempts/task-transition.postgres.js';
import { TaskTransitionRepository } from './attempts/task-transition.repository.js';
import { PostgresTaskRepository } from './tasks/task.postgres.js';
import { TaskRepository } from './tasks/task.repository.js';
import { PostgresTaskSearchRepository } from './search/task-search.postgres.js';
import { TaskSearchRepository } from './search/task-search.repository.js';
import { TaskRemovalChainRepository } from './retention/task-removal-chain.postgres.js';
import { TaskRemovalRepository } from './retention/task-removal.repository.js';
import { TaskNotificationClient } from './tasks/task-notification.postgres.js';
import { PostgresWorkerLeaseRepository } from './workers/worker-lease.postgres.js';
import { AgentsLookupRepository } from './lookup/agents-lookup.repository.js';
import { AgentsLookupService } from './lookup/agents-lookup.service.js';
import { WorkerLeaseRepository } from './workers/worker-lease.repository.js';
import { WorkerDirectoryRepository } from './workers/worker-directory.repository.js';
import { WorkerRepository } from './workers/worker.repository.js';

const STORAGE: Provider[] = [
  AgentRepository,
  AgentHourRepository,
  provideByEngine({ portable: AgentStatisticsRepository, postgres: PostgresAgentStatisticsRepository }),
  provideByEngine({ portable: TaskRepository, postgres: PostgresTaskRepository }),
  provideByEngine({ portable: TaskSearchRepository, postgres: PostgresTaskSearchRepository }),
  provideByEngine({ portable: TaskClaimRepository, postgres: PostgresTaskClaimRepository }),
  TaskLeaseRepository,
  provideByEngine({ portable: TaskTransitionRepository, postgres: PostgresTaskTransitionRepository }),
  TaskDependencyRepository,
  provideByEngine({ portable: BatchRepository, postgres: PostgresBatchRepository }),
  ScheduleRepository,
  StartFactsRepository,
  WorkerRepository,
  WorkerDirectoryRepository,
  provideByEngine({ portable: WorkerLeaseRepository, postgres: PostgresWorkerLeaseRepository }),
  KeyedSubmissionRepository,
  provideByEngine({ portable: TaskEventRepository, postgres: PostgresTaskEventRepository }),
  TaskNotificationClient,
];

const ENGINE: Provider[] = [
  TaskAnnouncerService,
  TaskEndService,
  AgentConditionService,
  AttemptOutcomeService,
  TaskLeaseService,
  AttemptService,
  HeldAttemptsService,
  TaskEngineService,
  ExpiredLeaseService,
  TaskSweeperService,
  TaskEnqueueService,
  TaskCancellationService,
  ScheduleTaskService,
  TaskSchedulerService,
  AgentCatalogueService,
  EngineObservationService,
];

const USE_CASES: Provider[] = [
  AgentDirectoryService,
  AgentRegistryService,
  AgentHistoryService,
  AgentHistoryJob,
  TaskSubmissionService,
  BatchSubmissionService,
  BatchResultService,
  BatchListService,
  TaskLookupService,
  TaskSearchService,
  BulkCancellationService,
  TaskApprovalService,
  TaskRedriveService,
  TaskExplanationService,
  CallerStandingService,
  TaskEventStreamService,
  ScheduleRegistryService,
  WorkerRegistryService,
  WorkerDirectoryService,
  WorkerLeaseService,
  WorkerOutcomeService,
  TaskRemovalRepository,
  TaskRemovalChainRepository,
  TaskRetentionJob,
  TaskResultValidator,
  AgentCallbackService,
  AgentReadService,
  AgentsLookupRepository,
  AgentsLookupService,
];

const CONTROLLERS: Type[] = [
  BatchesController,
  AgentsController,
  AgentHistoryController,
  AgentExecutionController,
  WorkersController,
  WorkerDirectoryController,
  WorkerTasksController,
  TaskSearchController,
  TasksController,
  TaskEventsController,
  SchedulesController,
];

/** Agents and their work: whole for the API, the engine alone for a worker process. */
@Module({})
export class AgentsModule {
  /** Registry, tasks and routes; runs tasks too unless `AGENTS_RUN_IN_PROCESS=false`. */
  static forApi(): DynamicModule {
    return {
      module: AgentsModule,
      // The dashboard reads it; a second import would be a second engine.
      global: true,
      imports: [DatabaseModule.forEntities(TABLES), RunnersModule],
      controllers: CONTROLLERS,
      providers: [...STORAGE, ...ENGINE, ...USE_CASES],
      exports: [AgentReadService, AgentsLookupService, TaskEngineService],
    };
  }

  /** Runs tasks; no routes. The composition root starts the engine. */
  static forWorker(): DynamicModule {
    return {
      module: AgentsModule,
      imports: [DatabaseModule.forEntities(TABLES), RunnersModule],
      providers: [...STORAGE, ...ENGINE],
      exports: [TaskEngineService],
    };
  }
}
