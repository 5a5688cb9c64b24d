import { IS_LEASED } from '../runners/agent-kind.postgres.js';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { Agent, AgentStatus } from './agent.js';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { JsonObject } from '../tasks/task.js';

/** Whether the circuit breaker of `agent_runtime r` keeps tasks from starting. */
export const CIRCUIT_OPEN = 'coalesce(r.circuit_open_until > now(), false)';

/** Whether the provider behind `agent_runtime r` asked to wait. */
export const HELD_BACK = 'coalesce(r.held_until > now(), false)';

/** A worker that was not heard of for longer is not there; those that wait for tasks ask at least every thirty seconds. */
export const WORKER_ALIVE_SECONDS = 60;

/**
 * The status people see of `agent a` with `agent_runtime r`: paused beats everything, an open circuit is a failed agent, and one
 * whose workers have all gone is offline.
 */
export const STATUS = `CASE WHEN r.paused_at IS NOT NULL THEN 'paused' WHEN ${CIRCUIT_OPEN} THEN 'failed'
  WHEN ${IS_LEASED} AND r.worker_seen_at < now() - interval '${WORKER_ALIVE_SECONDS} seconds' THEN 'offline'
  ELSE r.status END`;

/** A row of `agent` joined with its status. */
export type AgentRow = {
  id: string;
  slug: string;
  name: string;
  description: string;
  category: string;
  kind: AgentKind;
  capabilities: string[];
  dependencies: string[];
  priority: number;
  minimum_role: ExecutorRole;
  concurrency: number;
  rate_limit: number | null;
  rate_window_seconds: number | null;
  timeout_seconds: number;
  max_attempts: number;
  initial_delay_ms: number;
  max_delay_ms: number;
  max_cost_micros: string | null;
  daily_cost_micros: string | null;
  max_tokens: string | null;
  config: JsonObject;
  version: string;
  created_at: Date;
  updated_at: Date;
  status: AgentStatus;
};

export function toAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    category: row.category,
    kind: row.kind,
    capabilities: row.capabilities,
    dependencies: row.dependencies,
    priority: row.priority,
    minimumRole: row.minimum_role,
    concurrency: row.concurrency,
    rateLimit:
      row.rate_limit === null || row.rate_window_seconds === null
        ? null
        : { limit: row.rate_limit, windowSeconds: row.rate_window_seconds },
    timeoutSeconds: row.timeout_seconds,
    retryPolicy: {
      maxAttempts: row.max_attempts,
      initialDelayMs: row.initial_delay_ms,
      maxDelayMs: row.max_delay_ms,
    },
    budget: {
      maxCostMicros: row.max_cost_micros === null ? null : BigInt(row.max_cost_micros),
      dailyCostMicros: row.daily_cost_micros === null ? null : BigInt(row.daily_cost_micros),
      maxTokens: row.max_tokens === null ? null : Number(row.max_tokens),
    },
    config: row.config,
    version: row.version,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
