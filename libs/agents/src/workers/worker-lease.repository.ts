import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { TaskEntity } from '../tables/task.entity.js';
import { type KnownTask, readTasks, withAccess } from '../tasks/known-task.repository.js';
import type { Lease } from '../tasks/lease.js';
import { HELD_STATES, type TaskState } from '../tasks/task-state.js';
import type { Usage } from '../tasks/usage.js';

/** A lease with what its worker says of the attempt. */
export interface LeaseReport extends Lease {
  /** Any JSON; the last one said stays. */
  readonly progress?: unknown;
  /** Consumed so far in this attempt. */
  readonly usage?: Usage | undefined;
}

/** What workers say of the leases they hold. */
@Injectable()
export class WorkerLeaseRepository {
  constructor(protected readonly database: Database) {}

  /**
   * Extends leases that are still held; a lease that is missing from the answer was lost. The lease of an attempt ends with the attempt's
   * time at the latest: no heartbeat lengthens that.
   *
   * @param seconds how long they last from now; `undefined` is what each was leased for
   * @param usual what a lease from before that was noted is extended by
   */
  async report(
    leases: readonly LeaseReport[],
    seconds: number | undefined,
    usual: number,
  ): Promise<Map<string, { isCancelRequested: boolean }>> {
    const reports = new Map(leases.map((report) => [report.id, report]));
    return this.database.transaction(async (tx) => {
      const named = withAccess(tx.repository(TaskEntity))
        .where({ id: In([...reports.keys()]), state: In(HELD_STATES), deadlineAt: this.database.dialect.ahead() })
        // In one order, so that two transactions cannot wait for each other.
        .orderBy('t.id')
        .setLock('for_no_key_update', undefined, ['t']);
      const answer = new Map<string, { isCancelRequested: boolean }>();
      for (const task of await readTasks(named)) {
        const report = reports.get(task.id);
        if (task.leaseToken !== report?.leaseToken.toLowerCase() || !isHeldBy(task, report)) continue;
        await this.note(tx, task, report, seconds ?? task.leaseSeconds ?? usual);
        answer.set(task.id, { isCancelRequested: task.cancelRequestedAt !== null });
      }
      return answer;
    });
  }

  /** The state that a lease ended in, if it was the task's last one; `undefined` otherwise. */
  async endOf(lease: Lease): Promise<TaskState | undefined> {
    return (await this.endsOf([lease]))[0];
  }

  /** Like `endOf`, of each in order. */
  async endsOf(leases: readonly Lease[]): Promise<(TaskState | undefined)[]> {
    const ended = withAccess(this.database.repository(TaskEntity))
      .select(['t.id', 't.state', 't.endedLeaseToken'])
      .where({ id: In(leases.map(({ id }) => id)), leaseToken: IsNull() });
    const tasks = new Map((await readTasks(ended)).map((task) => [task.id, task]));
    return leases.map((lease) => {
      const task = tasks.get(lease.id);
      return task?.endedLeaseToken === lease.leaseToken.toLowerCase() && isHeldBy(task, lease) ? task.state : undefined;
    });
  }

  /** Counts an event of the attempt; false when it was counted before. The caller has locked the task. */
  async countEvent(tx: Transaction, id: string, seq: number): Promise<boolean> {
    const change = { workerEventSeq: seq, state: 'running' } as const;
    const { affected } = await tx.repository(TaskEntity).update({ id, workerEventSeq: LessThan(seq) }, change);
    return affected === 1;
  }

  /** The worker that holds, or last held, a task. */
  async workerOf(id: string): Promise<string | undefined> {
    const task = await this.database
      .repository(TaskEntity)
      .findOne({ select: { id: true, workerId: true }, where: { id } });
    return task?.workerId ?? undefined;
  }

  private async note(tx: Transaction, task: KnownTask, report: LeaseReport, seconds: number): Promise<void> {
    const { now, plus, least } = this.database.dialect;
    const { progress, usage } = report;
    const attemptUsage = usage && { ...usage, costMicros: usage.costMicros.toString() };
    const isTold = task.cancelRequestedAt !== null && task.cancelAcknowledgedAt === null;
    await tx
      .repository(TaskEntity)
      .createQueryBuilder()
      .update()
      .set({
        state: 'running',
        leaseExpiresAt: () => least(plus(now, ':seconds'), 'deadline_at'),
        ...(progress !== undefined && progress !== null && { progress: progress }),
        ...(attemptUsage && { attemptUsage }),
        ...(isTold && { cancelAcknowledgedAt: () => now }),
      })
      .where({ id: task.id })
      .setParameters({ seconds })
      .execute();
  }
}

function isHeldBy({ workerCredential }: KnownTask, { heldBy }: Lease): boolean {
  return heldBy !== undefined && workerCredential === heldBy;
}
