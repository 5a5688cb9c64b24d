import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DatabaseModule } from '#platform/database';
import { AgentExecutionController } from './api/agent-execution.controller.js';
import { AgentsController } from './api/agents.controller.js';
import { BatchesController } from './api/batches.controller.js';
import { ResultReader } from './api/result-reader.js';
import { SchedulesController } from './api/schedules.controller.js';
import { TaskEventsController } from './api/task-events.controller.js';
import { TasksController } from './api/tasks.controller.js';
import { AgentCallback } from './application/agent-callback.service.js';
import { AgentCatalogue } from './application/agent-catalogue.service.js';
import { WorkerTasksController } from './api/worker-tasks.controller.js';
import { WorkersController } from './api/workers.controller.js';
import { AgentConditions } from './application/agent-conditions.service.js';
import { AgentDirectory } from './application/agent-directory.service.js';
import { AgentObservation } from './application/agent-observation.service.js';
import { AgentReadService } from './application/agent-read.service.js';
import { AgentRegistry } from './application/agent-registry.service.js';
import { BatchResults } from './application/batch-results.service.js';
import { CallerStanding } from './application/caller-standing.service.js';
import { ExpiredLeases } from './application/expired-leases.service.js';
import { HttpAgentRunner } from './application/http-agent-runner.service.js';
import { InternalAgents } from './application/internal-agents.js';
import { SecurityPostureAgent } from './application/security-posture.agent.js';
import { LlmAgentRunner } from './application/llm-agent-runner.service.js';
import { ModelSafeguards } from './application/model-safeguards.service.js';
import { ModelSettingsReader } from './application/model-settings.service.js';
import { ScheduleTasks } from './application/schedule-tasks.service.js';
import { ScheduleRegistry } from './application/schedule-registry.service.js';
import { ServiceMetricsAgent } from './application/service-metrics.agent.js';
import { SubmitBatch } from './application/submit-batch.service.js';
import { SubmitTask } from './application/submit-task.service.js';
import { TaskAnnouncer } from './application/task-announcer.js';
import { TaskApproval } from './application/task-approval.service.js';
import { TaskControl } from './application/task-control.service.js';
import { TaskEnqueue } from './application/task-enqueue.service.js';
import { TaskEngine } from './application/task-engine.service.js';
import { TaskEventStream } from './application/task-event-stream.service.js';
import { TaskExplanation } from './application/task-explanation.service.js';
import { TaskLeases } from './application/task-leases.service.js';
import { TaskLookup } from './application/task-lookup.service.js';
import { TaskOutcomes } from './application/task-outcomes.service.js';
import { TaskRecord } from './application/task-record.service.js';
import { TaskRedrive } from './application/task-redrive.service.js';
import { TaskRetention } from './application/task-retention.service.js';
import { TaskRunner } from './application/task-runner.service.js';
import { TaskScheduler } from './application/task-scheduler.service.js';
import { TaskSweeper } from './application/task-sweeper.service.js';
import { WorkerLeases } from './application/worker-leases.service.js';
import { WorkerOutcomes } from './application/worker-outcomes.service.js';
import { WorkerRegistry } from './application/worker-registry.service.js';
import { AgentStatisticsRepository } from './infrastructure/agent-statistics.repository.js';
import { AgentEntity } from './infrastructure/agent.entity.js';
import { AgentRepository } from './infrastructure/agent.repository.js';
import { BatchRepository } from './infrastructure/batch.repository.js';
import { ConsequentialCallRepository } from './infrastructure/consequential-call.repository.js';
import { IdempotencyRepository } from './infrastructure/idempotency.repository.js';
import { LanguageModelClient } from './infrastructure/language-model.client.js';
import { OutboundHttpClient } from './infrastructure/outbound-http.client.js';
import { ScheduleRepository } from './infrastructure/schedule.repository.js';
import { ServiceProbeRepository } from './infrastructure/service-probe.repository.js';
import { StartFactsRepository } from './infrastructure/start-facts.repository.js';
import { TaskClaimRepository } from './infrastructure/task-claim.repository.js';
import { TaskDependencyRepository } from './infrastructure/task-dependency.repository.js';
import { TaskEventRepository } from './infrastructure/task-event.repository.js';
import { TaskLeaseRepository } from './infrastructure/task-lease.repository.js';
import { TaskQueueRepository } from './infrastructure/task-queue.repository.js';
import { TaskRepository } from './infrastructure/task.repository.js';
import { TaskRemovalChainRepository } from './infrastructure/task-removal-chain.repository.js';
import { TaskRemovalRepository } from './infrastructure/task-removal.repository.js';
import { TaskSignals } from './infrastructure/task-signals.js';
import { WorkerLeaseRepository } from './infrastructure/worker-lease.repository.js';
import { WorkerRepository } from './infrastructure/worker.repository.js';

const STORAGE: Provider[] = [
  AgentRepository,
  AgentStatisticsRepository,
  TaskRepository,
  TaskClaimRepository,
  TaskLeaseRepository,
  TaskQueueRepository,
  TaskDependencyRepository,
  BatchRepository,
  ScheduleRepository,
  StartFactsRepository,
  WorkerRepository,
  WorkerLeaseRepository,
  IdempotencyRepository,
  TaskEventRepository,
  TaskSignals,
  OutboundHttpClient,
  LanguageModelClient,
  ConsequentialCallRepository,
  ServiceProbeRepository,
];

const ENGINE: Provider[] = [
  TaskAnnouncer,
  TaskRecord,
  AgentConditions,
  TaskOutcomes,
  TaskLeases,
  TaskRunner,
  HttpAgentRunner,
  ModelSettingsReader,
  LlmAgentRunner,
  ModelSafeguards,
  InternalAgents,
  ServiceMetricsAgent,
  SecurityPostureAgent,
  TaskEngine,
  ExpiredLeases,
  TaskSweeper,
  TaskEnqueue,
  TaskControl,
  ScheduleTasks,
  TaskScheduler,
  AgentCatalogue,
  AgentObservation,
];

const USE_CASES: Provider[] = [
  AgentDirectory,
  AgentRegistry,
  SubmitTask,
  SubmitBatch,
  BatchResults,
  TaskLookup,
  TaskApproval,
  TaskRedrive,
  TaskExplanation,
  CallerStanding,
  TaskEventStream,
  ScheduleRegistry,
  WorkerRegistry,
  WorkerLeases,
  WorkerOutcomes,
  TaskRemovalRepository,
  TaskRemovalChainRepository,
  TaskRetention,
  ResultReader,
  AgentCallback,
  AgentReadService,
];

const CONTROLLERS: Type[] = [
  BatchesController,
  AgentsController,
  AgentExecutionController,
  WorkersController,
  WorkerTasksController,
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
      imports: [DatabaseModule.forEntities([AgentEntity]), DiscoveryModule],
      controllers: CONTROLLERS,
      providers: [...STORAGE, ...ENGINE, ...USE_CASES],
      exports: [AgentReadService, TaskEngine],
    };
  }

  /** Runs tasks; no routes. The composition root starts the engine. */
  static forWorker(): DynamicModule {
    return {
      module: AgentsModule,
      imports: [DatabaseModule.forEntities([AgentEntity]), DiscoveryModule],
      providers: [...STORAGE, ...ENGINE],
      exports: [TaskEngine],
    };
  }
}
