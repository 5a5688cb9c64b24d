import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { AgentCondition } from './agent-health.js';
import { CIRCUIT_OPEN_SECONDS, CIRCUIT_THRESHOLD } from './agent-health.js';
import type { AgentSummary } from './agent-summary.js';
import { secretUsedBy } from '../runners/agent-kind.postgres.js';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { AgentStatus, ResultStatus } from './agent.js';
import { CIRCUIT_OPEN, STATUS } from './agent.postgres.js';

/** What one transaction adds to the counters of an agent. */
export interface StatisticDelta {
  readonly agentId: string;
  readonly enqueued?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly cancelled?: number;
  readonly durationMs?: number;
  readonly tokens?: number;
  readonly costMicros?: bigint;
}

/** Rows an agent's counters are spread over; tasks of one agent that finish at once seldom meet in a row. */
const SLOTS = 8;

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

/** A row of the counters for a transaction to write to. */
export function anySlot(): number {
  return Math.floor(Math.random() * SLOTS);
}

const LOCK_CONDITION = {
  name: 'agent_runtime_lock',
  text: `SELECT status, success_rate, consecutive_failures, rated_attempts FROM agent_runtime WHERE agent_id = $1 FOR NO KEY UPDATE`,
};

/**
 * An agent that was asked to wait, and with it those that use the same secret of the service: the same key of a provider. Locked in one order, so that two
 * transactions cannot wait for each other.
 */
const HOLD_BACK = {
  name: 'agent_runtime_hold_back',
  text: `
    WITH held AS (
      SELECT r.agent_id FROM agent_runtime r JOIN agent a ON a.id = r.agent_id CROSS JOIN (SELECT * FROM agent WHERE id = $1) o
      WHERE a.id = o.id OR (${secretUsedBy('a')} = ${secretUsedBy('o')} AND a.deleted_at IS NULL)
      ORDER BY r.agent_id FOR NO KEY UPDATE OF r
    )
    UPDATE agent_runtime r SET held_until = greatest(r.held_until, now() + $2 * interval '1 millisecond')
    FROM held WHERE r.agent_id = held.agent_id`,
};

const SET_CONDITION = {
  name: 'agent_runtime_set',
  text: `
    UPDATE agent_runtime SET status = $2, success_rate = $3, consecutive_failures = $4, rated_attempts = $6,
      circuit_open_until = CASE WHEN $4 >= ${CIRCUIT_THRESHOLD}
        AND (SELECT kind FROM agent WHERE id = $1) <> ALL ($5::text[])
        THEN now() + interval '${CIRCUIT_OPEN_SECONDS} seconds' END
    WHERE agent_id = $1`,
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

/** How agents are doing: counters that move with each task, in the task's own transaction. */
@Injectable()
export class AgentStatisticsRepository {
  constructor(private readonly database: Database) {}

  /** Adds to the counters; deltas of one agent are put together first. */
  async add(tx: Transaction, deltas: readonly StatisticDelta[]): Promise<void> {
    const byAgent = new Map<string, Record<string, number | string>>();
    for (const delta of deltas) {
      const row = byAgent.get(delta.agentId) ?? { agent_id: delta.agentId };
      const sum = (column: string, value = 0): void => {
        row[column] = Number(row[column] ?? 0) + value;
      };
      sum('enqueued', delta.enqueued);
      sum('succeeded', delta.succeeded);
      sum('failed', delta.failed);
      sum('cancelled', delta.cancelled);
      sum('duration_ms', delta.durationMs);
      sum('tokens', delta.tokens);
      row['cost_micros'] = (BigInt(row['cost_micros'] ?? 0) + (delta.costMicros ?? 0n)).toString();
      byAgent.set(delta.agentId, row);
    }
    await tx.execute(ADD, [JSON.stringify([...byAgent.values()]), anySlot()]);
  }

  /** An agent's condition, locked until the transaction ends. */
  async lockCondition(tx: Transaction, agentId: string): Promise<AgentCondition | undefined> {
    const [row] = await tx.query<ConditionRow>(LOCK_CONDITION, [agentId]);
    return row && toCondition(row);
  }

  /**
   * Keeps a condition; opens the circuit when it says so, closes it otherwise.
   *
   * @param unbroken kinds of agents whose circuit never opens
   */
  async setCondition(
    tx: Transaction,
    agentId: string,
    condition: AgentCondition,
    unbroken: readonly AgentKind[],
  ): Promise<void> {
    const { status, successRate, consecutiveFailures, ratedAttempts } = condition;
    await tx.execute(SET_CONDITION, [agentId, status, successRate, consecutiveFailures, unbroken, ratedAttempts]);
  }

  /** Keeps an agent, and those that share its provider's key, from starting anything for so many milliseconds. */
  async holdBack(tx: Transaction, agentId: string, ms: number): Promise<void> {
    await tx.execute(HOLD_BACK, [agentId, ms]);
  }

  /** Every agent, or the named one, by slug. */
  async summaries(slug?: string): Promise<AgentSummary[]> {
    return (await this.database.query<SummaryRow>(SUMMARIES, [slug ?? null])).map(toSummary);
  }
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
