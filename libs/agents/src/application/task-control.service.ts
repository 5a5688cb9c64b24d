import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { includesRole, type Principal } from '#platform/security';
import { TaskNotFoundError, TaskNotOwnedError, TaskStateError } from '../domain/agents.exceptions.js';
import { canBecome, isFinal, isHeld } from '../domain/task-state.js';
import { AgentStatisticsRepository } from '../infrastructure/agent-statistics.repository.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import { type LockedTask, TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { TaskAnnouncer } from './task-announcer.js';

/** What people may do with a task that exists: its owner, and DEVELOPERs. */
@Injectable()
export class TaskControl {
  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly announcer: TaskAnnouncer,
  ) {}

  /**
   * Stops a task. One that waits is cancelled at once; of one that runs, the runner is told. Asking again changes nothing.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it has ended otherwise
   */
  async cancel(id: string, principal: Principal): Promise<void> {
    const isRunning = await this.database.transaction(async (tx) => {
      const locked = await this.lock(tx, id, principal);
      const { task, agentId, awaitsCallback } = locked;
      if (task.state === 'cancelled') return false;
      if (isFinal(task.state)) throw new TaskStateError(`The task has ended: ${task.state}`);
      if (isHeld(task.state) && !awaitsCallback) {
        if (task.cancelRequestedAt === null) {
          await this.queue.requestCancel(tx, id);
          await this.events.append(tx, [{ taskId: id, type: 'cancel_requested', data: { by: principal.id } }]);
        }
        return true;
      }
      await this.queue.end(tx, id, 'cancelled', null);
      await this.events.append(tx, [{ taskId: id, type: 'cancelled', data: { by: principal.id } }]);
      await this.statistics.add(tx, [{ agentId, cancelled: 1 }]);
      return false;
    });
    if (isRunning) this.announcer.cancelRequested(id);
    else this.announcer.ended([id]);
  }

  /**
   * Queues a task that failed, died or was cancelled again, with all its attempts.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it waits, runs or succeeded
   */
  async retry(id: string, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { task, agentId } = await this.lock(tx, id, principal);
      if (!isFinal(task.state) || !canBecome(task.state, 'queued')) {
        throw new TaskStateError(`A task that is ${task.state} cannot be retried`);
      }
      await this.queue.requeue(tx, id, { delayMs: 0, failure: null, refund: task.attempt });
      await this.events.append(tx, [{ taskId: id, type: 'requeued', data: { by: principal.id } }]);
      await this.statistics.add(tx, [{ agentId, enqueued: 1 }]);
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
