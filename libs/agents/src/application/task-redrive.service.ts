import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { includesRole, type Principal } from '#platform/security';
import { TaskNotFoundError, TaskNotOwnedError, TaskStateError } from '../domain/agents.exceptions.js';
import { canBecome, isFinal } from '../domain/task-state.js';
import { AgentStatisticsRepository } from '../infrastructure/agent-statistics.repository.js';
import { TaskDependencyRepository } from '../infrastructure/task-dependency.repository.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import { type LockedTask, TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { TaskAnnouncer } from './task-announcer.js';

/** Gives tasks that ended another life: with all their attempts, and without the deadline they had. */
@Injectable()
export class TaskRedrive {
  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly dependencies: TaskDependencyRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly announcer: TaskAnnouncer,
  ) {}

  /**
   * Queues a task that failed, died or was cancelled again; for its owner and DEVELOPERs.
   *
   * @throws TaskNotFoundError, TaskNotOwnedError
   * @throws TaskStateError when it waits, runs or succeeded, or depends on a task that ended without success
   */
  async retry(id: string, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const locked = await this.queue.lock(tx, id);
      if (!locked) throw new TaskNotFoundError();
      const isOwner = locked.task.createdBy === principal.id;
      if (!isOwner && !includesRole(principal.role, 'DEVELOPER')) throw new TaskNotOwnedError();
      await this.requeue(tx, locked, principal);
    });
    this.announcer.queued();
  }

  private async requeue(tx: Transaction, { task, agentId }: LockedTask, principal: Principal): Promise<void> {
    if (!isFinal(task.state) || !canBecome(task.state, 'queued')) {
      throw new TaskStateError(`A task that is ${task.state} cannot be retried`);
    }
    const states = [...(await this.dependencies.lock(tx, task.dependsOn)).values()].filter(
      (state) => state !== 'succeeded',
    );
    if (states.some(isFinal)) throw new TaskStateError('It depends on a task that has not succeeded: retry that first');
    await this.queue.requeue(tx, task.id, { delayMs: 0, failure: null, refund: task.attempt });
    await this.queue.renew(tx, task.id, states.length);
    await this.events.append(tx, [{ taskId: task.id, type: 'requeued', data: { by: principal.id } }]);
    await this.statistics.add(tx, [{ agentId, enqueued: 1 }]);
  }
}
