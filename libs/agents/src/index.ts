export {
  AgentReadService,
  type AgentStatusView,
  type QueueView,
  type RecentTaskView,
  type TaskAccess,
  type TaskNotice,
} from './registry/agent-read.service.js';
export { AgentsLookupService } from './lookup/agents-lookup.service.js';
export { AgentsModule } from './agents.module.js';
export { AttemptFailedException } from './tasks/agents.exceptions.js';
export {
  InternalAgent,
  type InternalAgentHandler,
  InternalAgentService,
  type InternalTask,
} from './runners/internal/internal-agent.service.js';
export { type EndedState, FINAL_STATES } from './tasks/task-state.js';
export { type EndedFilter } from './tasks/task.repository.js';
export { TaskChainsModule } from './task-chains.module.js';
export { TaskChainsService } from './retention/task-chains.service.js';
export { TaskEngineService } from './engine/task-engine.service.js';
export { WorkerLeaseService } from './workers/worker-lease.service.js';
export { WorkerOutcomeService } from './workers/worker-outcome.service.js';
