import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { AgentStatisticsRepository, anySlot, type StatisticDelta, sumByAgent } from './agent-statistics.repository.js';
import type { AgentSummary } from './agent-summary.js';
import { CIRCUIT_OPEN, STATUS } from './agent.postgres.js';
import type { AgentCondition } from './agent-health.js';
import type { AgentStatus, ResultStatus } from './agent.js';

/** Adds the rows of a table expression `d` to the counters, one row an agent, in the slot that a parameter names. */
export const addStatistics = (deltas: string, slot: string): string => `
  INSERT INTO agent_statistic AS s (agent_id, slot, enqueued, succeeded, failed, cancelled, duration_ms, tokens, cost_micros,
                                    day, day_tokens, day_cost_micros, last_active_at)
  SELECT d.agent_id, ${slot}, d.enqueued, d.succeeded, d.failed, d.cancelled, d.duration_ms, d.tokens, d.cost_micros,
         (now() AT TIME ZONE 'UTC')::date, d.tokens, d.cost_micros,
         CASE WHEN d.succeeded + d.failed + d.cancelled > 0 THEN now() END
  FROM ${deltas}
  ORDER BY d.agent_id
  ON CONFLICT (agent_id, slot) DO UPDATE SET
    enqueued = s.enqueued + excluded.enqueued, succeeded = s.succeeded + excluded.succeeded,
    failed = s.failed + excluded.failed, cancelled = s.cancelled + excluded.cancelled,
    duration_ms = s.duration_ms + excluded.duration_ms, tokens = s.tokens + excluded.tokens,
    cost_micros = s.cost_micros + excluded.cost_micros,
    day_tokens = excluded.day_tokens + CASE WHEN s.day = excluded.day THEN s.day_tokens ELSE 0 END,
    day_cost_micros = excluded.day_cost_micros + CASE WHEN s.day = excluded.day THEN s.day_cost_micros ELSE 0 END,
    day = greatest(s.day, excluded.day), last_active_at = greatest(s.last_active_at, excluded.last_active_at)`;

const ADD = {
  name: 'agent_statistic_add',
  text: addStatistics(
    `jsonb_to_recordset($1::jsonb) AS d (agent_id uuid, enqueued bigint, succeeded bigint, failed bigint,
      cancelled bigint, duration_ms bigint, tokens bigint, cost_micros bigint)`,
    '$2',
  ),
};

/** Reads eight rows an agent and what its indexes hold of waiting and running work; never the history. */
const SUMMARIES = {
  name: 'agent_statistic_summaries',
  text: `
    SELECT a.slug, a.name, a.capabilities, ${STATUS} AS status, ${CIRCUIT_OPEN} AS is_open, r.circuit_open_until,
           r.consecutive_failures, r.success_rate, r.worker_seen_at, s.*, held.n AS running,
           s.enqueued - s.succeeded - s.failed - s.cancelled - held.n AS pending,
           (SELECT extract(epoch FROM now() - min(t.queued_at)) FROM (
              SELECT queued_at FROM agent_task WHERE agent_id = a.id AND state = 'queued' AND run_at <= now()
              ORDER BY rank_at LIMIT 1) t) AS oldest_seconds
    FROM agent a JOIN agent_runtime r ON r.agent_id = a.id
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(enqueued), 0) AS enqueued, coalesce(sum(succeeded), 0) AS succeeded,
             coalesce(sum(failed), 0) AS failed, coalesce(sum(cancelled), 0) AS cancelled,
             coalesce(sum(duration_ms), 0) AS duration_ms, max(last_active_at) AS last_active_at,
             coalesce(sum(day_tokens) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0) AS tokens_today,
             coalesce(sum(day_cost_micros) FILTER (WHERE day = (now() AT TIME ZONE 'UTC')::date), 0) AS cost_today
      FROM agent_statistic WHERE agent_id = a.id
    ) s
    CROSS JOIN LATERAL (
      SELECT count(*) AS n FROM agent_task WHERE agent_id = a.id AND state IN ('leased', 'running')
    ) held
    WHERE a.deleted_at IS NULL AND ($1::text IS NULL OR a.slug = $1)
    ORDER BY a.slug`,
};

type SummaryRow = {
  slug: string;
  name: string;
  capabilities: string[];
  status: AgentStatus;
  is_open: boolean;
  circuit_open_until: Date | null;
  consecutive_failures: number;
  success_rate: number | null;
  succeeded: string;
  failed: string;
  cancelled: string;
  duration_ms: string;
  last_active_at: Date | null;
  worker_seen_at: Date | null;
  tokens_today: string;
  cost_today: string;
  running: string;
  pending: string;
  oldest_seconds: string | null;
};

/** Bench: `a task for an agent`, `agents on the dashboard`. */
@Injectable()
export class PostgresAgentStatisticsRepository extends AgentStatisticsRepository {
  override async add(tx: Transaction, deltas: readonly StatisticDelta[]): Promise<void> {
    const rows = sumByAgent(deltas).map((sum) => ({
      agent_id: sum.agentId,
      enqueued: sum.enqueued,
      succeeded: sum.succeeded,
      failed: sum.failed,
      cancelled: sum.cancelled,
      duration_ms: sum.durationMs,
      tokens: sum.tokens,
      cost_micros: sum.costMicros.toString(),
    }));
    await tx.execute(ADD, [JSON.stringify(rows), anySlot()]);
  }

  override async summaries(slug?: string): Promise<AgentSummary[]> {
    return (await this.database.query<SummaryRow>(SUMMARIES, [slug ?? null])).map(toSummary);
  }
}

function toSummary(row: SummaryRow): AgentSummary {
  const finished = Number(row.succeeded) + Number(row.failed);
  return {
    slug: row.slug,
    name: row.name,
    capabilities: row.capabilities,
    status: row.status,
    circuit: row.is_open ? 'open' : row.circuit_open_until === null ? 'closed' : 'half_open',
    circuitOpenUntil: row.circuit_open_until,
    consecutiveFailures: row.consecutive_failures,
    successRate: row.success_rate,
    succeeded: Number(row.succeeded),
    failed: Number(row.failed),
    cancelled: Number(row.cancelled),
    pending: Math.max(0, Number(row.pending)),
    running: Number(row.running),
    averageMs: finished === 0 ? null : Math.round(Number(row.duration_ms) / finished),
    tokensToday: Number(row.tokens_today),
    costTodayMicros: BigInt(row.cost_today),
    oldestQueuedSeconds: row.oldest_seconds === null ? null : Math.max(0, Number(row.oldest_seconds)),
    lastActiveAt: row.last_active_at,
    workerSeenAt: row.worker_seen_at,
  };
}

/** Columns of `agent_runtime` that make an agent's condition. */
export type ConditionRow = {
  status: ResultStatus;
  success_rate: number | null;
  consecutive_failures: number;
  rated_attempts: number;
};

export function toCondition(row: ConditionRow): AgentCondition {
  return {
    status: row.status,
    successRate: row.success_rate,
    consecutiveFailures: row.consecutive_failures,
    ratedAttempts: row.rated_attempts,
  };
}
