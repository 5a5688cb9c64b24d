import type { AgentKind } from '../runners/agent-kinds.js';
import type { JsonObject } from '../tasks/task.js';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { RetryPolicy } from '../tasks/task-failure.js';

/** How an agent is doing. The first five follow from its results; `paused` and `offline` from what was done to it. */
export const AGENT_STATUSES = [
  'healthy',
  'degraded',
  'recovering',
  'failed',
  'initializing',
  'paused',
  'offline',
] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** Statuses that follow from an agent's own results. */
export type ResultStatus = Exclude<AgentStatus, 'paused' | 'offline'>;

/** At most `limit` tasks are started in a window of `windowSeconds`. */
export interface AgentRateLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Limits of what an agent may cost, in millionths of a US dollar; `null` is no limit. */
export interface AgentBudget {
  readonly maxCostMicros: bigint | null;
  readonly dailyCostMicros: bigint | null;
  readonly maxTokens: number | null;
}

/** What an operator decides about an agent. */
export interface AgentDefinition {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly kind: AgentKind;
  readonly capabilities: readonly string[];
  /** Slugs of agents whose work this one builds on; information for planners, not enforced. */
  readonly dependencies: readonly string[];
  /** 1 critical, 2 high, 3 medium, 4 low: order among agents that have work waiting. */
  readonly priority: number;
  readonly minimumRole: ExecutorRole;
  /** Most tasks that run at the same time, over all processes. */
  readonly concurrency: number;
  readonly rateLimit: AgentRateLimit | null;
  /** Time of one attempt when the task does not say. */
  readonly timeoutSeconds: number;
  readonly retryPolicy: RetryPolicy;
  readonly budget: AgentBudget;
  /** By kind, see `KindRules`; never holds the secret. */
  readonly config: JsonObject;
  readonly version: string;
}

/** An agent of the registry. */
export interface Agent extends AgentDefinition {
  readonly id: string;
  readonly status: AgentStatus;
  /** Since when it starts no tasks; `null` while it does. */
  readonly pausedAt: Date | null;
  /** Id of the user who paused it; `null` too of a pause from before that was kept. */
  readonly pausedBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Values of a definition that says nothing else. */
export const AGENT_DEFAULTS = {
  description: '',
  capabilities: [],
  dependencies: [],
  priority: 3,
  minimumRole: 'API_USER',
  concurrency: 5,
  rateLimit: null,
  timeoutSeconds: 300,
  retryPolicy: { maxAttempts: 3, initialDelayMs: 1000, maxDelayMs: 60_000 },
  budget: { maxCostMicros: null, dailyCostMicros: null, maxTokens: null },
  config: {},
  version: '1.0.0',
} as const satisfies Partial<AgentDefinition>;
