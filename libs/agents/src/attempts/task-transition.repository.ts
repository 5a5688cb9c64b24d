import { Injectable } from '@nestjs/common';
import { In, type Repository, type QueryDeepPartialEntity, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AgentStatisticsRepository } from '../registry/agent-statistics.repository.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { type KnownTask, readTasks, toTask, withAccess } from '../tasks/known-task.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { SECONDS_PER_PRIORITY, type Task } from '../tasks/task.js';
import { NO_USAGE, type Usage } from '../tasks/usage.js';
import { AWAY_MS } from './task-lease.repository.js';
import type { Ending, LockedTask, Requeuing, Succeeded, Success } from './task-transition.js';

/**
 * Changes the state of tasks, each with its event and its agent's counters. A change names the lease that it rests on, or runs under the
 * task's lock.
 */
@Injectable()
export class TaskTransitionRepository {
  constructor(
    protected readonly database: Database,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
  ) {}

  /** Locks a task, so that its state can be judged and changed. */
  async lock(tx: Transaction, id: string): Promise<LockedTask | undefined> {
    const builder = withAccess(tx.repository(TaskEntity)).where({ id });
    const [task] = await readTasks(builder.setLock('pessimistic_write', undefined, ['t']));
    if (!task) return undefined;
    const { initialDelayMs, maxDelayMs } = await tx.repository(AgentEntity).findOneByOrFail({ id: task.agentId });
    return {
      task: toTask(task),
      agentId: task.agentId,
      leaseToken: task.leaseToken,
      awaitsCallback: task.awaitsCallback,
      isOverdue: task.deadlineAt !== null && task.deadlineAt <= (await tx.now()),
      attemptUsage: task.attemptUsage
        ? { ...task.attemptUsage, costMicros: BigInt(task.attemptUsage.costMicros) }
        : NO_USAGE,
      retryPolicy: { maxAttempts: task.maxAttempts, initialDelayMs, maxDelayMs },
    };
  }

  /** Ends tasks well; those whose lease was lost are missing from the answer. */
  async succeed(tx: Transaction, successes: readonly Success[]): Promise<Succeeded[]> {
    const byId = new Map(successes.map((success) => [success.id, success]));
    const named = withAccess(tx.repository(TaskEntity))
      .where({ id: In([...byId.keys()]) })
      // In one order, so that two transactions cannot wait for each other.
      .orderBy('t.id')
      .setLock('for_no_key_update', undefined, ['t']);
    const held = (await readTasks(named)).filter((task) => isHeldBy(task, byId.get(task.id)));
    if (held.length === 0) return [];
    const now = await tx.now();
    for (const task of held) {
      const { output, usage = NO_USAGE } = byId.get(task.id)!;
      await tx.repository(TaskEntity).update(task.id, {
        state: 'succeeded',
        output: (output ?? null) as object,
        error: null,
        ...withoutLease(task),
        ...consumed(task, usage),
        finishedAt: now,
        stoppedAt: task.cancelRequestedAt === null ? null : now,
      });
    }
    const durationOf = (task: KnownTask): number => millisecondsOf(task, now);
    await this.events.append(
      tx,
      held.map((task) => ({ taskId: task.id, type: 'succeeded', data: { durationMs: durationOf(task) } })),
    );
    await this.statistics.add(
      tx,
      held.map((task) => {
        const { usage } = byId.get(task.id)!;
        return { agentId: task.agentId, succeeded: 1, durationMs: durationOf(task), ...counted(usage) };
      }),
    );
    const agentIds = [...new Set(held.map(({ agentId }) => agentId))];
    const conditions = await tx.repository(AgentRuntimeEntity).findBy({ agentId: In(agentIds) });
    return conditions.map((condition) => {
      const tasks = held.filter(({ agentId }) => agentId === condition.agentId);
      const awaited = tasks.filter(({ hasDependents }) => hasDependents).map(({ id }) => id);
      return { agentId: condition.agentId, ids: tasks.map(({ id }) => id), awaited, condition };
    });
  }

  /** Ends a task that the caller has locked, other than well. @returns whether other tasks wait for it */
  async end(tx: Transaction, id: string, { state, failure, data, usage = NO_USAGE }: Ending): Promise<boolean> {
    const tasks = tx.repository(TaskEntity);
    const task = await tasks.findOneByOrFail({ id });
    const now = await tx.now();
    const isCancelled = state === 'cancelled';
    const cancelRequestedAt = task.cancelRequestedAt ?? (isCancelled ? now : null);
    await tasks.update(id, {
      state,
      error: failure ?? task.error,
      ...withoutLease(task),
      ...consumed(task, usage),
      finishedAt: now,
      cancelRequestedAt,
      stoppedAt: cancelRequestedAt === null ? null : now,
    });
    await this.events.append(tx, [{ taskId: id, type: state, data }]);
    const ended = isCancelled ? { cancelled: 1 } : { failed: 1 };
    const durationMs = millisecondsOf(task, now);
    await this.statistics.add(tx, [{ agentId: task.agentId, ...ended, durationMs, ...counted(usage) }]);
    return task.hasDependents;
  }

  /** Puts a task that the caller has locked back into the queue. One that begins another life counts as enqueued once more. */
  async requeue(tx: Transaction, id: string, requeuing: Requeuing): Promise<void> {
    const { delayMs, failure, refund, usage = NO_USAGE, type, data } = requeuing;
    const tasks = tx.repository(TaskEntity);
    const task = await tasks.findOneByOrFail({ id });
    const now = await tx.now();
    const runAt = new Date(now.getTime() + delayMs);
    await tasks.update(id, {
      state: 'queued',
      error: failure,
      ...withoutLease(task),
      ...consumed(task, usage),
      attempt: task.attempt - refund,
      queuedAt: now,
      runAt,
      rankAt: new Date(runAt.getTime() - task.priority * SECONDS_PER_PRIORITY * 1000),
      finishedAt: null,
      deadlineAt: null,
      cancelRequestedAt: null,
      cancelAcknowledgedAt: null,
      stoppedAt: null,
    });
    await this.events.append(tx, [{ taskId: id, type, data }]);
    const delta = { enqueued: type === 'requeued' ? 1 : 0, ...counted(usage) };
    if (delta.enqueued > 0 || delta.tokens > 0 || delta.costMicros > 0n) {
      await this.statistics.add(tx, [{ agentId: task.agentId, ...delta }]);
    }
  }

  /**
   * A task that a person queues again has neither begun nor deadline nor approval any more, and waits for this many others.
   *
   * @param isCounted whether the history of its agent has what it consumed until now
   */
  async renew(tx: Transaction, task: Task, dependsLeft: number, isCounted: boolean): Promise<void> {
    await tx.repository(TaskEntity).update(task.id, {
      ...{ startedAt: null, expiresAt: null, approvedAt: null, approvedBy: null, dependsLeft },
      ...(isCounted && { countedTokens: task.tokensIn + task.tokensOut, countedCostMicros: task.costMicros }),
    });
  }

  /** A task that waits to start waits for a person instead. */
  async holdForApproval(tx: Transaction, id: string, reason: string): Promise<void> {
    const { affected } = await tx.repository(TaskEntity).update({ id, state: 'queued' }, { state: 'waiting_approval' });
    if (affected === 1) await this.events.append(tx, [{ taskId: id, type: 'approval_required', data: { reason } }]);
  }

  /** From now on neither a budget nor the limit of consequential calls keeps the task from starting. */
  async approve(tx: Transaction, id: string, by: string, why: { reason?: string } = {}): Promise<void> {
    const approvedAt = (): string => this.database.dialect.now;
    await tx.repository(TaskEntity).update(id, { state: 'queued', approvedAt, approvedBy: by });
    await this.events.append(tx, [{ taskId: id, type: 'approved', data: { by, ...why } }]);
  }

  /** Locks waiting tasks whose deadline passed. */
  lockOverdue(tx: Transaction, limit: number): Promise<string[]> {
    // Not parameters: an index has these two.
    const builder = waiting(tx.repository(TaskEntity), limit).where("t.state IN ('queued', 'waiting_approval')");
    return idsOf(builder.andWhere({ expiresAt: this.database.dialect.past() }).orderBy('t.expiresAt'));
  }

  /**
   * Locks tasks whose lease ran out, the longest overdue first.
   *
   * @param asked when they were asked for, by the database's clock: one that stood still since then finds none
   */
  async lockExpired(tx: Transaction, limit: number, asked: Date): Promise<string[]> {
    if ((await tx.now()).getTime() >= asked.getTime() + AWAY_MS) return [];
    const builder = waiting(tx.repository(TaskEntity), limit).where("t.state IN ('leased', 'running')");
    return idsOf(builder.andWhere({ leaseExpiresAt: this.database.dialect.past() }).orderBy('t.leaseExpiresAt'));
  }
}

type Change = QueryDeepPartialEntity<TaskEntity>;

/** What every change does to a lease that is over. */
function withoutLease({ leaseToken, endedLeaseToken }: TaskEntity): Change {
  const ended = { endedLeaseToken: leaseToken ?? endedLeaseToken, attemptUsage: null };
  return { leaseToken: null, leaseExpiresAt: null, awaitsCallback: false, ...ended };
}

function consumed(task: TaskEntity, { tokensIn, tokensOut, costMicros }: Usage): Change {
  return {
    tokensIn: task.tokensIn + tokensIn,
    tokensOut: task.tokensOut + tokensOut,
    costMicros: task.costMicros + costMicros,
  };
}

function counted({ tokensIn, tokensOut, costMicros }: Usage = NO_USAGE): { tokens: number; costMicros: bigint } {
  return { tokens: tokensIn + tokensOut, costMicros };
}

function millisecondsOf({ startedAt }: TaskEntity, finishedAt: Date): number {
  return startedAt === null ? 0 : finishedAt.getTime() - startedAt.getTime();
}

function isHeldBy({ leaseToken, workerCredential }: KnownTask, success: Success | undefined): boolean {
  if (leaseToken === null || leaseToken !== success?.leaseToken.toLowerCase()) return false;
  return success.heldBy === undefined || success.heldBy === workerCredential;
}

/** Tasks to lock; what somebody else has locked is passed over. */
function waiting(tasks: Repository<TaskEntity>, limit: number): SelectQueryBuilder<TaskEntity> {
  const builder = tasks.createQueryBuilder('t').select('t.id').limit(limit);
  return builder.setLock('pessimistic_write').setOnLocked('skip_locked');
}

async function idsOf(builder: SelectQueryBuilder<TaskEntity>): Promise<string[]> {
  return (await builder.getMany()).map(({ id }) => id);
}
