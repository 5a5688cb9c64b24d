import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { includesRole, type Principal } from '#platform/security';
import { TaskNotFoundError, TaskNotOwnedError, TaskStateError } from '../domain/agents.exceptions.js';
import { isFinal, isHeld } from '../domain/task-state.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import { TaskLeaseRepository } from '../infrastructure/task-lease.repository.js';
import { type LockedTask, TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { TaskAnnouncer } from './task-announcer.js';
import { TaskRecord } from './task-record.service.js';

/** What people may do with a task that exists: its owner, and DEVELOPERs. */
@Injectable()
export class TaskControl {
  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly leases: TaskLeaseRepository,
    private readonly events: TaskEventRepository,
    private readonly record: TaskRecord,
    private readonly announcer: TaskAnnouncer,
  ) {}

  /**
   * Stops a task. One that waits is cancelled at once; of one that runs, the runner is told. Asking again changes nothing.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it has ended otherwise
   */
  async cancel(id: string, principal: Principal): Promise<void> {
    const ended = await this.database.transaction(async (tx) => {
      const { task, awaitsCallback } = await this.lock(tx, id, principal);
      if (task.state === 'cancelled') return [];
      if (isFinal(task.state)) throw new TaskStateError(`The task has ended: ${task.state}`);
      if (isHeld(task.state) && !awaitsCallback) {
        if (task.cancelRequestedAt === null) {
          await this.leases.requestCancel(tx, id);
          await this.events.append(tx, [{ taskId: id, type: 'cancel_requested', data: { by: principal.id } }]);
        }
        return undefined;
      }
      const row = await this.queue.end(tx, id, 'cancelled', null);
      return this.record.unsuccessful(tx, row, 'cancelled', { by: principal.id });
    });
    if (ended === undefined) this.announcer.cancelRequested(id);
    else this.announcer.ended(ended);
  }

  /**
   * Lets a task start that a budget, or the limit of consequential model calls, keeps from starting.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it does not wait for approval
   */
  async approve(id: string, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { task } = await this.lock(tx, id, principal);
      if (task.state !== 'waiting_approval') {
        throw new TaskStateError(`A task that is ${task.state} does not wait for approval`);
      }
      await this.queue.approve(tx, id, principal.id);
      await this.events.append(tx, [{ taskId: id, type: 'approved', data: { by: principal.id } }]);
    });
    this.announcer.queued();
  }

  private async lock(tx: Transaction, id: string, principal: Principal): Promise<LockedTask> {
    const locked = await this.queue.lock(tx, id);
    if (!locked) throw new TaskNotFoundError();
    const isOwner = locked.task.createdBy === principal.id;
    if (!isOwner && !includesRole(principal.role, 'DEVELOPER')) throw new TaskNotOwnedError();
    return locked;
  }
}
