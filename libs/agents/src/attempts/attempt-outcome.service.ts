import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { GroupCommit } from '#platform/kernel';
import { LeaseLostException } from '../tasks/agents.exceptions.js';
import { isNumberTaken, TaskEventRepository } from '../tasks/task-event.repository.js';
import { type FailedAttempt, judge, toKept, type Verdict } from '../tasks/task-failure.js';
import { MAX_TASK_EVENTS } from '../tasks/task-report.js';
import { NO_USAGE, type Usage } from '../tasks/usage.js';
import type { Lease } from '../tasks/lease.js';
import { TaskTransitionRepository } from './task-transition.repository.js';
import { isLeaseOf, type LockedTask, type Succeeded, type Success } from './task-transition.js';
import { AgentConditionService } from './agent-condition.service.js';
import { type AttemptReport, TaskAnnouncerService } from './task-announcer.service.js';
import { TaskEndService } from './task-end.service.js';

/** Successes that are committed together at most. */
const AT_ONCE = 100;

/** Times that successes are recorded, while somebody adds events to the same tasks at the same moment. */
const MAX_TRIES = 5;

interface Recorded {
  readonly verdict: Verdict;
  readonly report: AttemptReport;
  /** Tasks that ended with this one. */
  readonly ended: readonly string[];
}

/**
 * Records how attempts ended, for every kind of runner. State, event, counters and the agent's condition change in one
 * transaction; whoever has lost the lease changes nothing.
 */
@Injectable()
export class AttemptOutcomeService {
  private readonly successes = new GroupCommit<Success, boolean>((items) => this.succeedAll(items), AT_ONCE);

  constructor(
    private readonly database: Database,
    private readonly transitions: TaskTransitionRepository,
    private readonly ends: TaskEndService,
    private readonly conditions: AgentConditionService,
    private readonly events: TaskEventRepository,
    private readonly announcer: TaskAnnouncerService,
  ) {}

  /** @throws LeaseLostException */
  async succeed(success: Success): Promise<void> {
    if (!(await this.successes.add(success))) throw new LeaseLostException();
  }

  /** Commits successes together; says of each, in order, whether its lease was still held. */
  async succeedAll(successes: readonly Success[]): Promise<boolean[]> {
    const ended = await this.recordSuccesses(successes);
    const ids = ended.flatMap((row) => row.ids);
    this.announcer.ended(ids);
    const done = new Set(ids);
    return successes.map(({ id }) => done.has(id));
  }

  private async recordSuccesses(successes: readonly Success[]): Promise<readonly Succeeded[]> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.database.transaction(async (tx) => {
          const succeeded = await this.ends.succeed(tx, successes);
          await this.conditions.noteSuccesses(tx, succeeded);
          return succeeded;
        });
      } catch (error) {
        if (!isNumberTaken(error) || tried === MAX_TRIES) throw error;
      }
    }
  }

  /**
   * Records a failed attempt: queued again, failed, dead or cancelled, as `judge` decides.
   *
   * @throws LeaseLostException
   */
  async fail(lease: Lease, attempt: FailedAttempt, cause?: unknown, usage: Usage = NO_USAGE): Promise<Verdict> {
    const recorded = await this.database.transaction(async (tx) => {
      const locked = await this.transitions.lock(tx, lease.id);
      if (!isLeaseOf(locked, lease)) throw new LeaseLostException();
      return this.failLocked(tx, locked, attempt, usage);
    });
    this.announce({ ...recorded, report: { ...recorded.report, cause } });
    return recorded.verdict;
  }

  /**
   * Like `fail`, for tasks whose lease ran out; nothing happens when that is no longer so.
   *
   * @param asked see `TaskTransitionRepository.lockExpired`
   */
  async expire(limit: number, asked: Date): Promise<number> {
    const done = await this.database.transaction(async (tx) => {
      const results: Recorded[] = [];
      for (const id of await this.transitions.lockExpired(tx, limit, asked)) {
        const locked = await this.transitions.lock(tx, id);
        if (locked) results.push(await this.failLocked(tx, locked, expiryOf(locked), locked.attemptUsage));
      }
      return results;
    });
    for (const recorded of done) this.announce(recorded);
    return done.length;
  }

  /**
   * Gives a task back unharmed: the attempt does not count, unless the task was given back so often that its events are full. One that
   * was to be cancelled is.
   *
   * @param until milliseconds before it may start again, or that a person has to approve
   * @throws LeaseLostException
   */
  async release(lease: Lease, reason: string, until: number | 'approval' = 0): Promise<void> {
    const cancelled = await this.database.transaction(async (tx) => {
      const locked = await this.transitions.lock(tx, lease.id);
      if (!isLeaseOf(locked, lease)) throw new LeaseLostException();
      if (locked.task.cancelRequestedAt !== null || (await this.events.count(tx, lease.id)) >= MAX_TASK_EVENTS) {
        const failure = { code: 'TASK.RELEASED', message: 'The task was given back' };
        return this.failLocked(tx, locked, { failure, retryable: true, blame: 'elsewhere' }, locked.attemptUsage);
      }
      const delayMs = until === 'approval' ? 0 : until;
      const data = { reason };
      await this.transitions.requeue(tx, lease.id, { delayMs, failure: null, refund: 1, type: 'released', data });
      if (until === 'approval') await this.transitions.holdForApproval(tx, lease.id, reason);
      return undefined;
    });
    if (cancelled) this.announce(cancelled);
    else this.announcer.queued();
  }

  private async failLocked(
    tx: Transaction,
    locked: LockedTask,
    attempt: FailedAttempt,
    usage: Usage,
  ): Promise<Recorded> {
    const { task, agentId, retryPolicy } = locked;
    const { blame } = attempt;
    const failure = toKept(attempt.failure);
    const isCancelRequested = task.cancelRequestedAt !== null;
    const verdict = judge(attempt, { attempt: task.attempt, isCancelRequested }, retryPolicy, Math.random());
    const ended: string[] = [];
    if (verdict.state === 'queued') {
      const { delayMs } = verdict;
      const data = { attempt: task.attempt, ...failure, delayMs };
      await this.transitions.requeue(tx, task.id, { delayMs, failure, refund: 0, usage, type: 'retry', data });
    } else {
      const { state } = verdict;
      const data = { attempt: task.attempt, ...failure };
      const kept = state === 'cancelled' ? { failure: null, data: {} } : { failure, data };
      ended.push(...(await this.ends.end(tx, task.id, { state, ...kept, usage })));
    }
    const { holdsBack = false, retryAfterMs = 0 } = attempt;
    if (holdsBack && retryAfterMs > 0) await this.conditions.holdBack(tx, agentId, retryAfterMs);
    if (blame === 'agent' && verdict.state !== 'cancelled') await this.conditions.noteFailure(tx, agentId);
    const { id: taskId, agent, correlationId } = task;
    const report = { taskId, agent, correlationId, attempt: task.attempt, state: verdict.state, failure };
    return { verdict, report, ended };
  }

  private announce({ verdict, report, ended }: Recorded): void {
    this.announcer.ended(ended);
    if (verdict.state === 'queued') this.announcer.queued();
    if (verdict.state !== 'cancelled') this.announcer.failed(report);
  }
}

/** A worker that died is not the agent's fault; an agent that never called back, or took all its time, is. */
function expiryOf({ awaitsCallback, isOverdue }: LockedTask): FailedAttempt {
  if (!awaitsCallback && !isOverdue) {
    const failure = { code: 'TASK.LEASE_EXPIRED', message: 'The worker stopped extending its lease' };
    return { failure, retryable: true, blame: 'elsewhere' };
  }
  const message = awaitsCallback ? 'The agent did not call back in time' : 'The agent took too long';
  return { failure: { code: 'AGENT.TIMEOUT', message }, retryable: true, blame: 'agent' };
}
