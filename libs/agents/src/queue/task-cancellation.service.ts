import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { AppException } from '#platform/kernel';
import { AuditTrail } from '#platform/security';
import { TaskNotFoundException, TaskNotOwnedException, TaskStateException } from '../tasks/agents.exceptions.js';
import type { Task } from '../tasks/task.js';
import { assertMayManage, type Caller } from '../tasks/task-access.js';
import { isFinal, isHeld } from '../tasks/task-state.js';
import { TaskLeaseRepository } from '../attempts/task-lease.repository.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import type { LockedTask } from '../attempts/task-transition.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { TaskEndService } from '../attempts/task-end.service.js';

/** What stopping a task led to: the tasks that ended by it, or that its runner is to be told; nothing when that was known. */
export type Stopped = { readonly ended: readonly string[] } | { readonly toTell: string } | undefined;

/** What became of a task that was to be cancelled: it ended, its runner is told, or it may not be. Said again it is the same. */
export interface CancelVerdict {
  readonly id: string;
  readonly outcome: 'cancelled' | 'requested' | 'refused';
  /** Why it is refused. */
  readonly code?: string;
  readonly detail?: string;
}

interface Cancelled {
  readonly task: Task;
  readonly outcome: 'cancelled' | 'requested';
  readonly stopped: Stopped;
}

/** Stops tasks: for their maker, and DEVELOPERs. */
@Injectable()
export class TaskCancellationService {
  constructor(
    private readonly database: Database,
    private readonly transitions: TaskTransitionRepository,
    private readonly leases: TaskLeaseRepository,
    private readonly ends: TaskEndService,
    private readonly announcer: TaskAnnouncerService,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Stops a task. One that waits is cancelled at once; of one that runs, the runner is told. Asking again changes nothing.
   *
   * @throws TaskNotFoundException, TaskNotOwnedException
   * @throws TaskStateException when it has ended otherwise
   */
  async cancel(id: string, caller: Caller): Promise<void> {
    const { stopped } = await this.database.transaction(async (tx) => {
      const cancelled = await this.cancelOne(tx, id, caller, false);
      await this.note(tx, cancelled, caller);
      return cancelled;
    });
    this.announce(stopped);
  }

  /**
   * Stops several tasks in one transaction. What may not be stopped is told of, and does not keep the others from it.
   *
   * @param ids in the order in which they are stopped
   * @param isDryRun tells what would become of each, and stops none
   */
  async cancelSome(ids: readonly string[], caller: Caller, isDryRun: boolean): Promise<CancelVerdict[]> {
    const done = await this.database.transaction(async (tx) => {
      const cancelled: (Cancelled | AppException)[] = [];
      for (const id of ids) cancelled.push(await this.tryOne(tx, id, caller, isDryRun));
      // Last, as everybody who audits anything waits from then on.
      for (const one of cancelled) if (!(one instanceof AppException)) await this.note(tx, one, caller);
      return cancelled;
    });
    return done.map((one, index): CancelVerdict => {
      const id = ids[index] ?? '';
      if (one instanceof AppException) return { id, outcome: 'refused', code: one.code, detail: one.message };
      this.announce(one.stopped);
      return { id, outcome: one.outcome };
    });
  }

  private async tryOne(
    tx: Transaction,
    id: string,
    caller: Caller,
    isDryRun: boolean,
  ): Promise<Cancelled | AppException> {
    try {
      return await this.cancelOne(tx, id, caller, isDryRun);
    } catch (error) {
      // What is refused is refused before anything is written: the transaction can go on.
      const isRefused = [TaskNotFoundException, TaskNotOwnedException, TaskStateException].some(
        (kind) => error instanceof kind,
      );
      if (isRefused) return error as AppException;
      throw error;
    }
  }

  private async cancelOne(tx: Transaction, id: string, caller: Caller, isDryRun: boolean): Promise<Cancelled> {
    const locked = await this.transitions.lock(tx, id);
    const task = locked?.task;
    assertMayManage(caller, task);
    if (!locked || task.state === 'cancelled') return { task, outcome: 'cancelled', stopped: undefined };
    if (isFinal(task.state)) throw new TaskStateException(`The task has ended: ${task.state}`);
    const outcome = endsAtOnce(locked) ? 'cancelled' : 'requested';
    return { task, outcome, stopped: isDryRun ? undefined : await this.stop(tx, locked, caller.id) };
  }

  /** What somebody did to another's task is kept; asking again, and a dry run, did nothing. */
  private async note(tx: Transaction, { task, stopped }: Cancelled, caller: Caller): Promise<void> {
    if (!stopped || task.createdBy === caller.id) return;
    const details = { taskId: task.id, agent: task.agent };
    await this.audit.record(tx, { action: 'task.cancelled', subjectId: task.createdBy, details });
  }

  /**
   * Stops a task that is locked and has not ended, in the caller's transaction; announce what it led to after the commit.
   *
   * @param by who stops it
   */
  async stop(tx: Transaction, locked: LockedTask, by: string): Promise<Stopped> {
    const { task } = locked;
    if (endsAtOnce(locked)) {
      return { ended: await this.ends.end(tx, task.id, { state: 'cancelled', failure: null, data: { by } }) };
    }
    if (task.cancelRequestedAt !== null) return undefined;
    await this.leases.requestCancel(tx, task.id, by);
    return { toTell: task.id };
  }

  announce(stopped: Stopped): void {
    if (!stopped) return;
    if ('toTell' in stopped) this.announcer.cancelRequested(stopped.toTell);
    else this.announcer.ended(stopped.ended);
  }
}

/** Whether nobody works on it who has to be told. */
function endsAtOnce({ task, awaitsCallback }: LockedTask): boolean {
  return !isHeld(task.state) || awaitsCallback;
}
