import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { isWorkerAlive } from '../registry/agent-health.js';
import { needOf, rulesOf } from '../runners/agent-kinds.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentStatisticEntity } from '../tables/agent-statistic.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { ConsequentialHourEntity } from '../tables/consequential-hour.entity.js';
import { TaskDependencyEntity } from '../tables/task-dependency.entity.js';
import { TaskEventEntity } from '../tables/task-event.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { HELD_STATES } from '../tasks/task-state.js';
import type { BudgetFacts, Consumption } from './budget-use.js';
import { CALL_LIMIT, type StartFacts } from './task-blocker.js';

/** Beyond this a place in the queue is not counted any more. */
const MAX_AHEAD = 10_000;

/** Columns of a task that decide; not what it was given or what came of it, which may be large. */
const ASKED = {
  id: true,
  agentId: true,
  state: true,
  attempt: true,
  maxAttempts: true,
  runAt: true,
  dependsLeft: true,
  error: true,
  costMicros: true,
  tokensIn: true,
  tokensOut: true,
  maxCostMicros: true,
  maxTokens: true,
  estimateMicros: true,
  estimateTokens: true,
} as const;

/** Milliseconds of an hour, which UTC counts from the first one on. */
const HOUR_MS = 3_600_000;

/** What decides whether a task may start. */
@Injectable()
export class StartFactsRepository {
  constructor(
    private readonly database: Database,
    private readonly notifications: TaskNotificationClient,
  ) {}

  /**
   * @param resources what processes like this one have, see `Claimant`
   * @param maxCalls consequential model calls that an hour may see
   */
  async find(taskId: string, resources: readonly string[], maxCalls: number): Promise<StartFacts | undefined> {
    const hasEngine = await this.notifications.isEngineThere();
    return this.database.snapshot(async (tx) => {
      const task = await tx.repository(TaskEntity).findOne({ select: ASKED, where: { id: taskId } });
      const agent = task && (await tx.repository(AgentEntity).findOneBy({ id: task.agentId }));
      const runtime = agent && (await tx.repository(AgentRuntimeEntity).findOneBy({ agentId: agent.id }));
      if (!runtime) return undefined;
      const now = await tx.now();
      const need = needOf(agent);
      const isLeased = rulesOf(agent.kind).isLeased === true;
      const canRun = hasEngine && (need === null || resources.includes(need));
      const { error } = task;
      const approvalReason = await approvalReasonOf(tx, task.id);
      const isForCalls = approvalReason === CALL_LIMIT;
      const budgets = task.state === 'waiting_approval' ? await budgetsOf(tx, task, agent, now) : null;
      return {
        now,
        state: task.state,
        attempt: task.attempt,
        maxAttempts: task.maxAttempts,
        runAt: task.runAt,
        openDependencies: await openDependenciesOf(tx, task),
        agent: agent.slug,
        isPaused: runtime.pausedAt !== null,
        circuitOpenUntil: runtime.circuitOpenUntil,
        heldUntil: runtime.heldUntil,
        hasWorker: isLeased ? isWorkerAlive(runtime, now) : canRun,
        isEngineThere: isLeased || hasEngine,
        need,
        running: await tx.repository(TaskEntity).countBy({ agentId: agent.id, state: In(HELD_STATES) }),
        concurrency: agent.concurrency,
        ...windowOf(agent, runtime, now),
        ahead: await aheadOf(tx, task.id, now),
        averageMs: await averageMsOf(tx, agent.id),
        approvalReason,
        budgets: budgets && { ...budgets, isForCalls, maxCalls },
        refusal: error?.code === 'TASK.REFUSED' ? error.message : null,
      };
    });
  }
}

function windowOf(
  { rateLimit, rateWindowSeconds }: AgentEntity,
  { rateWindowStart, rateWindowUsed }: AgentRuntimeEntity,
  now: Date,
): Pick<StartFacts, 'startsLeft' | 'windowEndsAt'> {
  const isBounded = rateWindowStart !== null && rateWindowSeconds !== null;
  const endsAt = isBounded ? new Date(rateWindowStart.getTime() + rateWindowSeconds * 1000) : null;
  const windowEndsAt = endsAt !== null && endsAt > now ? endsAt : null;
  return {
    startsLeft: rateLimit === null ? null : rateLimit - (windowEndsAt ? rateWindowUsed : 0),
    windowEndsAt,
  };
}

async function openDependenciesOf(tx: Transaction, { id, dependsLeft }: TaskEntity): Promise<string[]> {
  if (dependsLeft === 0) return [];
  const links = await tx.repository(TaskDependencyEntity).findBy({ taskId: id });
  const open = await tx.repository(TaskEntity).find({
    select: { id: true },
    where: { id: In(links.map(({ dependsOn }) => dependsOn)), state: Not('succeeded') },
  });
  return open.map((task) => task.id);
}

/** Tasks of the same agent that go before it. */
async function aheadOf(tx: Transaction, id: string, now: Date): Promise<number> {
  const row = await tx.manager
    .createQueryBuilder()
    .select('count(*)', 'n')
    .from(
      (builder) =>
        builder
          .select('q.id', 'id')
          .from(TaskEntity, 'q')
          .innerJoin(TaskEntity, 't', 't.id = :id', { id })
          // Not parameters: an index has those that wait.
          .where("q.state = 'queued' AND q.dependsLeft = 0 AND q.runAt <= :now", { now })
          .andWhere('q.agentId = t.agentId AND (q.rankAt, q.id) < (t.rankAt, t.id)')
          .limit(MAX_AHEAD),
      'ahead',
    )
    .getRawOne<{ n: string }>();
  return Number(row?.n ?? 0);
}

async function averageMsOf(tx: Transaction, agentId: string): Promise<number | null> {
  const counters = await tx.repository(AgentStatisticEntity).findBy({ agentId });
  const [ended, ms] = counters.reduce(
    ([count, sum], row) => [count + row.succeeded + row.failed, sum + row.durationMs],
    [0, 0],
  );
  return ended === 0 ? null : ms / ended;
}

/** What decides whether the task is within its budgets; what an attempt may cost is counted as the claim of work does. */
async function budgetsOf(
  tx: Transaction,
  task: TaskEntity,
  agent: AgentEntity,
  now: Date,
): Promise<Omit<BudgetFacts, 'isForCalls' | 'maxCalls'>> {
  const { maxCostMicros, dailyCostMicros, maxTokens } = agent;
  const where = { agentId: agent.id, state: In(HELD_STATES) };
  const running = await tx.repository(TaskEntity).find({ select: ASKED, where });
  const today = await tx
    .repository(AgentStatisticEntity)
    .findBy({ agentId: agent.id, day: now.toISOString().slice(0, 10) });
  const hour = new Date(now.getTime() - (now.getTime() % HOUR_MS));
  const calls = await tx.repository(ConsequentialHourEntity).findOneBy({ hour });
  return {
    task: consumptionOf(task),
    agent: { maxCostMicros, dailyCostMicros, maxTokens },
    dayMicros: today.reduce((sum, row) => sum + row.dayCostMicros, 0n),
    running: running.map(consumptionOf),
    calls: calls?.used ?? 0,
  };
}

function consumptionOf(task: TaskEntity): Consumption {
  const { costMicros, tokensIn, tokensOut, maxCostMicros, maxTokens, estimateMicros, estimateTokens } = task;
  const budget = { maxCostMicros, maxTokens };
  return { budget, costMicros, tokens: tokensIn + tokensOut, estimateMicros, estimateTokens };
}

/** What a person was asked for last. */
async function approvalReasonOf(tx: Transaction, taskId: string): Promise<string | null> {
  const [event] = await tx.repository(TaskEventEntity).find({
    where: { taskId, type: 'approval_required' },
    order: { seq: 'DESC' },
    take: 1,
  });
  const reason = event?.data['reason'];
  return typeof reason === 'string' ? reason : null;
}
