import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { type AgentKind, needOf } from '../runners/agent-kinds.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import type { JsonObject } from '../tasks/task.js';
import { IS_DUE, IS_HELD, type KnownAgent, lockQueue, readFitting } from './agent-queue.repository.js';
import { type AgentQueue, isInWindow, place, type Placed } from './claim-plan.js';
import type { Claimant, Room } from './claimant.js';

/** An agent that has work which may start, locked. */
export interface LockedAgent {
  readonly id: string;
  readonly slug: string;
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
}

/** What a claim led to. */
export interface Claim {
  readonly started: readonly ClaimedTask[];
  /** Ids of tasks that were due and would exceed a budget: they wait for approval now. */
  readonly overBudget: readonly string[];
}

/** Agents that one claim locks at most. */
export const MAX_AGENTS = 16;

/** Whether nothing that was done to an agent keeps its tasks from starting. */
const IS_OPEN = `r.pausedAt IS NULL AND (r.circuitOpenUntil IS NULL OR r.circuitOpenUntil <= :now)
  AND (r.heldUntil IS NULL OR r.heldUntil <= :now)`;

/** What every claim does to a task. */
const NEW_ATTEMPT = { awaitsCallback: false, attemptUsage: null, workerEventSeq: 0 } as const;

/** Takes tasks from the queue. */
@Injectable()
export class TaskClaimRepository {
  constructor(
    private readonly database: Database,
    private readonly events: TaskEventRepository,
  ) {}

  /**
   * Locks agents that have work which may start now and that the claimant can run; those that others have locked are passed over. The lock
   * is what makes caps exact: whoever holds it counts the agent's running tasks in a later statement, which sees everything that earlier
   * holders committed.
   */
  async lockAgents(tx: Transaction, claimant: Claimant): Promise<LockedAgent[]> {
    const now = await tx.now();
    const waiting = inTurn(await this.withWork(tx, claimant, now));
    const locked: LockedAgent[] = [];
    while (waiting.length > 0 && locked.length < MAX_AGENTS) {
      const next = waiting.splice(0, MAX_AGENTS - locked.length);
      const runtimes = tx.repository(AgentRuntimeEntity).createQueryBuilder('r');
      runtimes.where({ agentId: In(next.map(({ id }) => id)) }).andWhere(IS_OPEN, { now });
      const ids = new Set((await tx.lockMany(runtimes, true)).map(({ agentId }) => agentId));
      locked.push(...next.filter(({ id }) => ids.has(id)));
    }
    return locked;
  }

  /**
   * Takes tasks of locked agents that may run now, within every agent's cap, rate limit, budget, pause and circuit: as many as there is
   * room for, the first rooms first. Their events are recorded, and their starts counted in the agents' windows.
   */
  async claim(
    tx: Transaction,
    agents: readonly LockedAgent[],
    entering: Claimant['entering'],
    rooms: readonly Room[],
  ): Promise<Claim> {
    const now = await tx.now();
    const places = rooms.reduce((sum, { size }) => sum + size, 0);
    const known = await this.knownOf(tx, agents);
    const queues: AgentQueue<TaskEntity>[] = [];
    for (const one of known) queues.push(await lockQueue(tx, one, places, now));
    const fitting = await readFitting(tx, place(queues, rooms));
    const overBudget = fitting.flatMap(({ task, isOver }) => (isOver ? task.id : []));
    if (overBudget.length > 0) await this.putAside(tx, overBudget);
    const byId = new Map(agents.map((agent) => [agent.id, agent]));
    const started: ClaimedTask[] = [];
    for (const one of fitting.filter(({ isOver }) => !isOver)) {
      started.push(await this.start(tx, one, byId.get(one.task.agentId)!, entering, rooms[one.room]!, now));
    }
    await this.record(tx, started, overBudget, rooms);
    for (const one of known) await this.countStarts(tx, one, started, now);
    return { started, overBudget };
  }

  /** Like `claim`, as the last thing that its transaction does: the end of the transaction may travel with it. */
  claimLast(
    tx: Transaction,
    agents: readonly LockedAgent[],
    entering: Claimant['entering'],
    rooms: readonly Room[],
  ): Promise<Claim> {
    return this.claim(tx, agents, entering, rooms);
  }

  private async withWork(tx: Transaction, { kinds, resources, agents }: Claimant, now: Date): Promise<AgentEntity[]> {
    const builder = tx.repository(AgentEntity).createQueryBuilder('a');
    // Of each queue one task is looked at, and not whether there is any: that may read the whole backlog.
    const next = builder.subQuery().select('t.id').from(TaskEntity, 't').where(`t.agentId = a.id AND ${IS_DUE}`);
    next.orderBy('t.rankAt').addOrderBy('t.id').limit(1);
    const running = builder
      .subQuery()
      .select('COUNT(*)')
      .from(TaskEntity, 'h')
      .where(`h.agentId = a.id AND ${IS_HELD}`);
    const found = await builder
      .innerJoin(AgentRuntimeEntity, 'r', 'r.agentId = a.id')
      .where({ kind: In(kinds), deletedAt: IsNull(), ...(agents && { slug: In(agents) }) })
      .andWhere(IS_OPEN, { now })
      .andWhere(`${next.getQuery()} IS NOT NULL AND ${running.getQuery()} < a.concurrency`)
      .getMany();
    return found.filter((agent) => {
      const need = needOf(agent);
      return need === null || resources.includes(need);
    });
  }

  /** The agents as they are under their locks. */
  private async knownOf(tx: Transaction, agents: readonly LockedAgent[]): Promise<KnownAgent[]> {
    const ids = In(agents.map(({ id }) => id));
    const signs = await tx.repository(AgentRuntimeEntity).findBy({ agentId: ids });
    const byId = new Map(signs.map((runtime) => [runtime.agentId, runtime]));
    const limits = await tx.repository(AgentEntity).findBy({ id: ids });
    return limits.map((agent) => ({ agent, signs: byId.get(agent.id)! }));
  }

  private async putAside(tx: Transaction, ids: readonly string[]): Promise<void> {
    const nobody = { workerId: null, leaseToken: null, leaseExpiresAt: null, leaseSeconds: null, deadlineAt: null };
    const change = { state: 'waiting_approval', ...nobody, ...NEW_ATTEMPT } as const;
    await tx.repository(TaskEntity).update({ id: In(ids) }, change);
  }

  private async start(
    tx: Transaction,
    { task, room }: Placed<TaskEntity>,
    { slug, kind, config, encryptedSecret }: LockedAgent,
    state: Claimant['entering'],
    { workerId, leaseSeconds }: Room,
    now: Date,
  ): Promise<ClaimedTask> {
    const { id, agentId, taskDescription, parameters, approvedAt, correlationId, traceparent } = task;
    const [leaseToken, attempt] = [randomUUID(), task.attempt + 1];
    const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
    const deadlineAt = earlier(after(task.timeoutSeconds), task.expiresAt);
    await tx.repository(TaskEntity).update(id, {
      state,
      attempt,
      leaseToken,
      workerId,
      // Nobody but the sweeper ends the time of an attempt that runs elsewhere.
      leaseExpiresAt: state === 'leased' ? earlier(after(leaseSeconds), deadlineAt) : after(leaseSeconds),
      leaseSeconds,
      // Not the time at which the transaction began: a task that made room may have ended since, and would seem to overlap.
      startedAt: () => this.database.dialect.clock,
      deadlineAt,
      ...NEW_ATTEMPT,
    });
    return {
      task: { id, agent: slug, attempt, taskDescription, parameters, deadlineAt, approvedAt },
      timeoutMs: deadlineAt.getTime() - now.getTime(),
      ...{ agentId, leaseToken, room, kind, config, encryptedSecret, correlationId, traceparent },
    };
  }

  private async record(
    tx: Transaction,
    started: readonly ClaimedTask[],
    overBudget: readonly string[],
    rooms: readonly Room[],
  ): Promise<void> {
    const begun = started.map(({ task: { id, attempt }, room }) => ({
      taskId: id,
      type: 'started',
      data: { attempt, workerId: rooms[room]?.workerId },
    }));
    const data = { reason: 'budget' };
    const put = overBudget.map((taskId) => ({ taskId, type: 'approval_required', data }));
    if (begun.length + put.length > 0) await this.events.append(tx, [...begun, ...put]);
  }

  private async countStarts(
    tx: Transaction,
    { agent, signs }: KnownAgent,
    started: readonly ClaimedTask[],
    now: Date,
  ): Promise<void> {
    const count = started.filter(({ agentId }) => agentId === agent.id).length;
    if (count === 0 || agent.rateLimit === null) return;
    const change = isInWindow(agent, signs, now)
      ? { rateWindowUsed: signs.rateWindowUsed + count }
      : { rateWindowUsed: count, rateWindowStart: now };
    await tx.repository(AgentRuntimeEntity).update({ agentId: agent.id }, change);
  }
}

/** The more important agents first, those of one importance in any order. */
function inTurn(agents: readonly AgentEntity[]): AgentEntity[] {
  const drawn = agents.map((agent) => ({ agent, chance: Math.random() }));
  drawn.sort((a, b) => a.agent.priority - b.agent.priority || a.chance - b.chance);
  return drawn.map(({ agent }) => agent);
}

function earlier(one: Date, other: Date | null): Date {
  return other !== null && other < one ? other : one;
}
