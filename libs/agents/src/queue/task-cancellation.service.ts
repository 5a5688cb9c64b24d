import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { AuditTrail } from '#platform/security';
import { TaskStateException } from '../tasks/agents.exceptions.js';
import { assertMayManage, type Caller } from '../tasks/task-access.js';
import { isFinal, isHeld } from '../tasks/task-state.js';
import { TaskLeaseRepository } from '../attempts/task-lease.repository.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import type { LockedTask } from '../attempts/task-transition.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { TaskEndService } from '../attempts/task-end.service.js';

/** What stopping a task led to: the tasks that ended by it, or that its runner is to be told; nothing when that was known. */
export type Stopped = { readonly ended: readonly string[] } | { readonly toTell: string } | undefined;

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
    const stopped = await this.database.transaction(async (tx) => {
      const locked = await this.transitions.lock(tx, id);
      const task = locked?.task;
      assertMayManage(caller, task);
      if (task.state === 'cancelled') return undefined;
      if (isFinal(task.state)) throw new TaskStateException(`The task has ended: ${task.state}`);
      const effect = locked && (await this.stop(tx, locked, caller.id));
      if (effect && task.createdBy !== caller.id) {
        const details = { taskId: id, agent: task.agent };
        await this.audit.record(tx, { action: 'task.cancelled', subjectId: task.createdBy, details });
      }
      return effect;
    });
    this.announce(stopped);
  }

  /**
   * Stops a task that is locked and has not ended, in the caller's transaction; announce what it led to after the commit.
   *
   * @param by who stops it
   */
  async stop(tx: Transaction, { task, awaitsCallback }: LockedTask, by: string): Promise<Stopped> {
    if (!isHeld(task.state) || awaitsCallback) {
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
