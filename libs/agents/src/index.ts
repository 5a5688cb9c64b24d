export {
  AgentReadService,
  type AgentStatusView,
  type QueueView,
  type RecentTaskView,
} from './application/agent-read.service.js';
export { AgentsModule } from './agents.module.js';
export { AttemptFailedError } from './domain/agents.exceptions.js';
export {
  InternalAgent,
  type InternalAgentHandler,
  InternalAgents,
  type InternalTask,
} from './application/internal-agents.js';
export { TaskRemovalChainModule } from './task-removal-chain.module.js';
export { TaskEngine } from './application/task-engine.service.js';
export type { AgentStatus } from './domain/agent.js';
export type { TaskState } from './domain/task-state.js';
