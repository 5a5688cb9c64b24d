export {
  AgentReadService,
  type AgentStatusView,
  type QueueView,
  type RecentTaskView,
} from './registry/agent-read.service.js';
export { AgentsModule } from './agents.module.js';
export { AttemptFailedException } from './tasks/agents.exceptions.js';
export {
  InternalAgent,
  type InternalAgentHandler,
  InternalAgentService,
  type InternalTask,
} from './runners/internal/internal-agent.service.js';
export { TaskRemovalChainModule } from './task-removal-chain.module.js';
export { TaskEngineService } from './engine/task-engine.service.js';
export { WorkerLeaseService } from './workers/worker-lease.service.js';
export { WorkerOutcomeService } from './workers/worker-outcome.service.js';
