import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { type AgentKind, secretUsedBy } from '../runners/agent-kinds.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentStatisticEntity } from '../tables/agent-statistic.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { HELD_STATES } from '../tasks/task-state.js';
import {
  type AgentCondition,
  CIRCUIT_OPEN_SECONDS,
  CIRCUIT_THRESHOLD,
  isCircuitOpen,
  statusOf,
} from './agent-health.js';
import type { AgentSummary } from './agent-summary.js';

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

/** A row of the counters for a transaction to write to. */
export function anySlot(): number {
  return Math.floor(Math.random() * SLOTS);
}

/** How agents are doing: counters that move with each task, in the task's own transaction. */
@Injectable()
export class AgentStatisticsRepository {
  constructor(protected readonly database: Database) {}

  /** Adds to the counters; deltas of one agent are put together first. */
  async add(tx: Transaction, deltas: readonly StatisticDelta[]): Promise<void> {
    const slot = anySlot();
    for (const sum of sumByAgent(deltas)) await this.addOne(tx, slot, sum);
  }

  /** An agent's condition, locked until the transaction ends. */
  async lockCondition(tx: Transaction, agentId: string): Promise<AgentCondition | undefined> {
    return (await tx.lockOne(AgentRuntimeEntity, { agentId })) ?? undefined;
  }

  /**
   * Keeps a condition; opens the circuit when it says so, closes it otherwise.
   *
   * @param unbroken kinds of agents whose circuit never opens
   */
  async setCondition(
    tx: Transaction,
    agentId: string,
    { status, successRate, consecutiveFailures, ratedAttempts }: AgentCondition,
    unbroken: readonly AgentKind[],
  ): Promise<void> {
    const { now, plus } = this.database.dialect;
    const isBroken =
      consecutiveFailures >= CIRCUIT_THRESHOLD &&
      (await tx.repository(AgentEntity).existsBy({ id: agentId, kind: Not(In(unbroken)) }));
    const circuitOpenUntil = isBroken ? (): string => plus(now, String(CIRCUIT_OPEN_SECONDS)) : null;
    const condition = { status, successRate, consecutiveFailures, ratedAttempts, circuitOpenUntil };
    await tx.repository(AgentRuntimeEntity).update({ agentId }, condition);
  }

  /** Keeps an agent, and those that share its provider's key, from starting anything for so many milliseconds. */
  async holdBack(tx: Transaction, agentId: string, ms: number): Promise<void> {
    const { now, plus, greatest } = this.database.dialect;
    const ids = await this.sharingSecretOf(tx, agentId);
    const runtimes = tx.repository(AgentRuntimeEntity);
    // In one order, so that two transactions cannot wait for each other.
    const held = runtimes
      .createQueryBuilder('r')
      .where({ agentId: In(ids) })
      .orderBy('r.agentId');
    await tx.lockMany(held);
    const until = plus(now, ':seconds');
    await runtimes
      .createQueryBuilder()
      .update()
      .set({ heldUntil: () => greatest(`coalesce(held_until, ${until})`, until) })
      .where({ agentId: In(ids) })
      .setParameters({ seconds: ms / 1000 })
      .execute();
  }

  /** Every agent, or the named one, by slug. */
  async summaries(slug?: string): Promise<AgentSummary[]> {
    const agents = await this.database.repository(AgentEntity).find({
      where: { deletedAt: IsNull(), ...(slug !== undefined && { slug }) },
      order: { slug: 'ASC' },
    });
    const where = { agentId: In(agents.map(({ id }) => id)) };
    const signs = await this.database.repository(AgentRuntimeEntity).findBy(where);
    const counters = await this.database.repository(AgentStatisticEntity).findBy(where);
    const now = await this.database.now();
    const summaries: AgentSummary[] = [];
    for (const agent of agents) {
      const rows = counters.filter(({ agentId }) => agentId === agent.id);
      const runtime = signs.find(({ agentId }) => agentId === agent.id);
      if (runtime) summaries.push(await this.summaryOf(agent, runtime, rows, now));
    }
    return summaries;
  }

  private async summaryOf(
    agent: AgentEntity,
    runtime: AgentRuntimeEntity,
    rows: readonly AgentStatisticEntity[],
    now: Date,
  ): Promise<AgentSummary> {
    const tasks = this.database.repository(TaskEntity);
    const running = await tasks.countBy({ agentId: agent.id, state: In(HELD_STATES) });
    const next = await tasks
      .createQueryBuilder('t')
      .where("t.agentId = :id AND t.state = 'queued' AND t.runAt <= :now", { id: agent.id, now })
      .orderBy('t.rankAt')
      .limit(1)
      .getOne();
    const sum = (count: (row: AgentStatisticEntity) => number): number =>
      rows.reduce((total, row) => total + count(row), 0);
    const [succeeded, failed] = [sum((row) => row.succeeded), sum((row) => row.failed)];
    const cancelled = sum((row) => row.cancelled);
    const ofToday = rows.filter(({ day }) => day === dayOf(now));
    const finished = succeeded + failed;
    const active = rows.flatMap(({ lastActiveAt }) => (lastActiveAt ? [lastActiveAt.getTime()] : []));
    const { circuitOpenUntil, consecutiveFailures, successRate, workerSeenAt } = runtime;
    return {
      slug: agent.slug,
      name: agent.name,
      capabilities: agent.capabilities,
      status: statusOf(agent.kind, runtime, now),
      circuit: isCircuitOpen(runtime, now) ? 'open' : circuitOpenUntil === null ? 'closed' : 'half_open',
      circuitOpenUntil,
      consecutiveFailures,
      successRate,
      succeeded,
      failed,
      cancelled,
      pending: Math.max(0, sum((row) => row.enqueued) - finished - cancelled - running),
      running,
      averageMs: finished === 0 ? null : Math.round(sum((row) => row.durationMs) / finished),
      tokensToday: ofToday.reduce((total, row) => total + row.dayTokens, 0),
      costTodayMicros: ofToday.reduce((total, row) => total + row.dayCostMicros, 0n),
      oldestQueuedSeconds: next ? Math.max(0, (now.getTime() - next.queuedAt.getTime()) / 1000) : null,
      lastActiveAt: active.length > 0 ? new Date(Math.max(...active)) : null,
      workerSeenAt,
    };
  }

  private async addOne(tx: Transaction, slot: number, { agentId, costMicros, ...counts }: StatisticSum): Promise<void> {
    const { now, greatest } = this.database.dialect;
    const today = dayOf(await tx.now());
    const { succeeded, failed, cancelled, tokens } = counts;
    const hasEnded = succeeded + failed + cancelled > 0;
    // Who finds no row and then cannot insert it came second, and finds the row now.
    for (let time = 0; time < 2; time++) {
      const { affected } = await tx
        .repository(AgentStatisticEntity)
        .createQueryBuilder()
        .update()
        .set({
          enqueued: () => 'enqueued + :enqueued',
          succeeded: () => 'succeeded + :succeeded',
          failed: () => 'failed + :failed',
          cancelled: () => 'cancelled + :cancelled',
          durationMs: () => 'duration_ms + :durationMs',
          tokens: () => 'tokens + :tokens',
          costMicros: () => 'cost_micros + :costMicros',
          dayTokens: () => 'CASE WHEN day = :today THEN day_tokens ELSE 0 END + :tokens',
          dayCostMicros: () => 'CASE WHEN day = :today THEN day_cost_micros ELSE 0 END + :costMicros',
          ...(hasEnded && { lastActiveAt: () => greatest(`coalesce(last_active_at, ${now})`, now) }),
          // After what reads it: engines differ in whether that sees the old value.
          day: () => greatest('day', ':today'),
        })
        .where({ agentId, slot })
        .setParameters({ ...counts, costMicros, today })
        .execute();
      if (affected === 1) return;
      const sums = { ...counts, costMicros, day: today, dayTokens: tokens, dayCostMicros: costMicros };
      const first = { agentId, slot, ...sums, lastActiveAt: hasEnded ? (): string => now : null };
      if ((await tx.insertMany(AgentStatisticEntity, [first], { ignore: true })) === 1) return;
    }
  }

  /** An agent, and those that use the same secret of the service: the same key of a provider. */
  private async sharingSecretOf(tx: Transaction, agentId: string): Promise<string[]> {
    const agents = tx.repository(AgentEntity);
    const agent = await agents.findOneBy({ id: agentId });
    const secret = agent && secretUsedBy(agent);
    if (!agent || secret === null) return [agentId];
    const others = await agents.findBy({ kind: agent.kind, encryptedSecret: IsNull(), deletedAt: IsNull() });
    return [agentId, ...others.filter((other) => secretUsedBy(other) === secret).map(({ id }) => id)];
  }
}

type StatisticSum = Required<StatisticDelta>;

/** Deltas of one agent put together, in one order, so that two transactions cannot wait for each other. */
export function sumByAgent(deltas: readonly StatisticDelta[]): StatisticSum[] {
  const sums = new Map<string, StatisticSum>();
  for (const delta of deltas) {
    const sum = sums.get(delta.agentId);
    sums.set(delta.agentId, {
      agentId: delta.agentId,
      enqueued: (sum?.enqueued ?? 0) + (delta.enqueued ?? 0),
      succeeded: (sum?.succeeded ?? 0) + (delta.succeeded ?? 0),
      failed: (sum?.failed ?? 0) + (delta.failed ?? 0),
      cancelled: (sum?.cancelled ?? 0) + (delta.cancelled ?? 0),
      durationMs: (sum?.durationMs ?? 0) + (delta.durationMs ?? 0),
      tokens: (sum?.tokens ?? 0) + (delta.tokens ?? 0),
      costMicros: (sum?.costMicros ?? 0n) + (delta.costMicros ?? 0n),
    });
  }
  return [...sums.values()].sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
}

/** The day of UTC. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}
