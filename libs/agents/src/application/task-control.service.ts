import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AuditTrail } from '#platform/security';
import { TaskStateError } from '../domain/agents.exceptions.js';
import { assertMayManage, type Caller } from '../domain/task-access.js';
import { isFinal, isHeld } from '../domain/task-state.js';
import { TaskLeaseRepository } from '../infrastructure/task-lease.repository.js';
import { TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { TaskAnnouncer } from './task-announcer.js';
import { TaskRecord } from './task-record.service.js';

/** Stops tasks: for their maker, and DEVELOPERs. */
@Injectable()
export class TaskControl {
  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly leases: TaskLeaseRepository,
    private readonly record: TaskRecord,
    private readonly announcer: TaskAnnouncer,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Stops a task. One that waits is cancelled at once; of one that runs, the runner is told. Asking again changes nothing.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it has ended otherwise
   */
  async cancel(id: string, caller: Caller): Promise<void> {
    const ended = await this.database.transaction(async (tx) => {
      const locked = await this.queue.lock(tx, id);
      const task = locked?.task;
      assertMayManage(caller, task);
      if (task.state === 'cancelled') return [];
      if (isFinal(task.state)) throw new TaskStateError(`The task has ended: ${task.state}`);
      let done: string[] | undefined;
      if (!isHeld(task.state) || locked?.awaitsCallback) {
        const row = await this.queue.end(tx, id, 'cancelled', null);
        done = await this.record.unsuccessful(tx, row, 'cancelled', { by: caller.id });
      } else {
        if (task.cancelRequestedAt !== null) return undefined;
        await this.leases.requestCancel(tx, id);
        await this.record.cancelRequested(tx, id, caller.id);
      }
      if (task.createdBy !== caller.id) {
        const details = { taskId: id, agent: task.agent };
        await this.audit.record(tx, { action: 'task.cancelled', subjectId: task.createdBy, details });
      }
      return done;
    });
    if (ended === undefined) this.announcer.cancelRequested(id);
    else this.announcer.ended(ended);
  }
}
