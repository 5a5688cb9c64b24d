import { IS_LEASED } from '../runners/agent-kind.postgres.js';
import { WORKER_ALIVE_SECONDS } from './agent-health.js';

/** Whether the circuit breaker of `agent_runtime r` keeps tasks from starting. */
export const CIRCUIT_OPEN = 'coalesce(r.circuit_open_until > now(), false)';

/** Whether the provider behind `agent_runtime r` asked to wait. */
export const HELD_BACK = 'coalesce(r.held_until > now(), false)';

/** The status people see of `agent a` with `agent_runtime r`, as `statusOf` says. */
export const STATUS = `CASE WHEN r.paused_at IS NOT NULL THEN 'paused' WHEN ${CIRCUIT_OPEN} THEN 'failed'
  WHEN ${IS_LEASED} AND r.worker_seen_at < now() - interval '${WORKER_ALIVE_SECONDS} seconds' THEN 'offline'
  ELSE r.status END`;
