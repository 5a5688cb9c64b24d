import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { afterAttempt, isSteady } from '../domain/agent-health.js';
import { LeaseLostError } from '../domain/agents.exceptions.js';
import { type FailedAttempt, judge, type Verdict } from '../domain/task-failure.js';
import { AgentStatisticsRepository } from '../infrastructure/agent-statistics.repository.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import {
  type Ended,
  type Lease,
  type LockedTask,
  type Success,
  TaskQueueRepository,
} from '../infrastructure/task-queue.repository.js';
import { MicroBatch } from './micro-batch.js';
import { type AttemptReport, TaskAnnouncer } from './task-announcer.js';

/** Successes that are committed together at most. */
const BATCH = 50;

/**
 * Records how attempts ended, for every kind of runner. State, event, counters and the agent's condition change in one
 * transaction; whoever has lost the lease changes nothing.
 */
@Injectable()
export class TaskOutcomes {
  private readonly successes = new MicroBatch<Success, boolean>((items) => this.commitSuccesses(items), BATCH);

  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly announcer: TaskAnnouncer,
  ) {}

  /** @throws LeaseLostError */
  async succeed(success: Success): Promise<void> {
    if (!(await this.successes.add(success))) throw new LeaseLostError();
  }

  /**
   * Records a failed attempt: queued again, failed, dead or cancelled, as `judge` decides.
   *
   * @throws LeaseLostError
   */
  async fail(lease: Lease, attempt: FailedAttempt, cause?: unknown): Promise<Verdict> {
    const { verdict, report } = await this.database.transaction(async (tx) => {
      const locked = await this.queue.lock(tx, lease.id);
      if (locked?.leaseToken !== lease.leaseToken) throw new LeaseLostError();
      return this.failLocked(tx, locked, attempt);
    });
    this.announce(verdict, { ...report, cause });
    return verdict;
  }

  /** Like `fail`, for a task whose lease ran out; nothing happens when that is no longer so. */
  async expire(limit: number): Promise<number> {
    const done = await this.database.transaction(async (tx) => {
      const results: { verdict: Verdict; report: AttemptReport }[] = [];
      for (const id of await this.queue.lockExpired(tx, limit)) {
        const locked = await this.queue.lock(tx, id);
        if (locked) results.push(await this.failLocked(tx, locked, expiryOf(locked)));
      }
      return results;
    });
    for (const { verdict, report } of done) this.announce(verdict, report);
    return done.length;
  }

  /** Gives a task back unharmed: the attempt does not count. */
  async release(lease: Lease, reason: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const locked = await this.queue.lock(tx, lease.id);
      if (locked?.leaseToken !== lease.leaseToken) throw new LeaseLostError();
      await this.queue.requeue(tx, lease.id, { delayMs: 0, failure: null, refund: 1 });
      await this.events.append(tx, [{ taskId: lease.id, type: 'released', data: { reason } }]);
    });
    this.announcer.queued();
  }

  private async commitSuccesses(successes: Success[]): Promise<boolean[]> {
    const ended = await this.database.transaction(async (tx) => {
      const rows = await this.queue.succeed(tx, successes);
      if (rows.length === 0) return rows;
      await this.events.append(
        tx,
        rows.map(({ id, durationMs }) => ({ taskId: id, type: 'succeeded', data: { durationMs } })),
      );
      await this.statistics.add(
        tx,
        rows.map((row) => ({ ...countersOf(row), succeeded: 1 })),
      );
      await this.noteSuccesses(
        tx,
        rows.map(({ agentId }) => agentId),
      );
      return rows;
    });
    this.announcer.ended(ended.map(({ id }) => id));
    const ids = new Set(ended.map(({ id }) => id));
    return successes.map(({ id }) => ids.has(id));
  }

  private async failLocked(
    tx: Transaction,
    locked: LockedTask,
    attempt: FailedAttempt,
  ): Promise<{ verdict: Verdict; report: AttemptReport }> {
    const { task, agentId, retryPolicy } = locked;
    const isCancelRequested = task.cancelRequestedAt !== null;
    const verdict = judge(attempt, { attempt: task.attempt, isCancelRequested }, retryPolicy, Math.random());
    const { failure } = attempt;
    if (verdict.state === 'queued') {
      await this.queue.requeue(tx, task.id, { delayMs: verdict.delayMs, failure, refund: 0 });
      const data = { attempt: task.attempt, ...failure, delayMs: verdict.delayMs };
      await this.events.append(tx, [{ taskId: task.id, type: 'retry', data }]);
    } else {
      const isCancelled = verdict.state === 'cancelled';
      const ended = await this.queue.end(tx, task.id, verdict.state, isCancelled ? null : failure);
      const data = isCancelled ? {} : { attempt: task.attempt, ...failure };
      await this.events.append(tx, [{ taskId: task.id, type: verdict.state, data }]);
      await this.statistics.add(tx, [{ ...countersOf(ended), [isCancelled ? 'cancelled' : 'failed']: 1 }]);
    }
    if (attempt.blame === 'agent' && verdict.state !== 'cancelled') await this.note(tx, agentId, false);
    const report = { taskId: task.id, agent: task.agent, attempt: task.attempt, state: verdict.state, failure };
    return { verdict, report };
  }

  /** Successes of an agent that does well change nothing, and do not queue for its row. */
  private async noteSuccesses(tx: Transaction, agentIds: readonly string[]): Promise<void> {
    const conditions = await this.statistics.conditionsOf(tx, [...new Set(agentIds)]);
    for (const agentId of [...agentIds].sort()) {
      const condition = conditions.get(agentId);
      if (condition && !isSteady(condition)) await this.note(tx, agentId, true);
    }
  }

  private async note(tx: Transaction, agentId: string, isSuccess: boolean): Promise<void> {
    const before = (await this.statistics.lockConditions(tx, [agentId])).get(agentId);
    if (before) await this.statistics.setCondition(tx, agentId, afterAttempt(before, isSuccess));
  }

  private announce(verdict: Verdict, report: AttemptReport): void {
    this.announcer.ended(verdict.state === 'queued' ? [] : [report.taskId]);
    if (verdict.state === 'queued') this.announcer.queued();
    if (verdict.state !== 'cancelled') this.announcer.failed(report);
  }
}

function countersOf(ended: Ended): { agentId: string; durationMs: number; tokens: number; costMicros: bigint } {
  return {
    agentId: ended.agentId,
    durationMs: ended.durationMs,
    tokens: ended.tokens,
    costMicros: ended.costMicros,
  };
}

/** A worker that died is not the agent's fault; an agent that never called back is. */
function expiryOf({ awaitsCallback }: LockedTask): FailedAttempt {
  return awaitsCallback
    ? {
        failure: { code: 'AGENT.TIMEOUT', message: 'The agent did not call back in time' },
        retryable: true,
        blame: 'agent',
      }
    : {
        failure: { code: 'TASK.LEASE_EXPIRED', message: 'The worker stopped extending its lease' },
        retryable: true,
        blame: 'elsewhere',
      };
}
