import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { Database, type Transaction } from '#platform/database';
import { AuditTrail } from '#platform/security';
import { TaskStateException } from '../tasks/agents.exceptions.js';
import type { Task } from '../tasks/task.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { assertMayDecide, type Caller } from '../tasks/task-access.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { TaskEndService } from '../attempts/task-end.service.js';

/** What people decide about tasks that a budget, or the limit of consequential model calls, keeps from starting. */
@Injectable()
export class TaskApprovalService {
  constructor(
    private readonly database: Database,
    private readonly transitions: TaskTransitionRepository,
    private readonly ends: TaskEndService,
    private readonly events: TaskEventRepository,
    private readonly announcer: TaskAnnouncerService,
    private readonly audit: AuditTrail,
    private readonly config: AgentsConfig,
  ) {}

  /**
   * Lets a task start all the same.
   *
   * @param reason kept in the record of the task and in the audit trail, if there is one
   * @throws TaskNotFoundException, ApprovalForbiddenException
   * @throws TaskStateException when it does not wait for approval
   */
  async approve(id: string, reason: string | undefined, caller: Caller): Promise<void> {
    await this.database.transaction(async (tx) => {
      const task = await this.lock(tx, id, caller);
      const why = reason === undefined ? {} : { reason };
      await this.transitions.approve(tx, id, caller.id, why);
      await this.note(tx, 'task.approved', task, caller, why);
    });
    this.announcer.queued();
  }

  /**
   * Ends a task that waits for approval: it is cancelled, with the reason as its error.
   *
   * @throws TaskNotFoundException, ApprovalForbiddenException
   * @throws TaskStateException when it does not wait for approval
   */
  async refuse(id: string, reason: string, caller: Caller): Promise<void> {
    const ended = await this.database.transaction(async (tx) => {
      const task = await this.lock(tx, id, caller);
      const by = caller.id;
      await this.events.append(tx, [{ taskId: id, type: 'refused', data: { by, reason } }]);
      const failure = { code: 'TASK.REFUSED', message: reason };
      const done = await this.ends.end(tx, id, { state: 'cancelled', failure, data: { by } });
      await this.note(tx, 'task.refused', task, caller, { reason });
      return done;
    });
    this.announcer.ended(ended);
  }

  private async lock(tx: Transaction, id: string, caller: Caller): Promise<Task> {
    const task = (await this.transitions.lock(tx, id))?.task;
    assertMayDecide(caller, task, this.config.approval);
    if (task.state !== 'waiting_approval') {
      throw new TaskStateException(`A task that is ${task.state} does not wait for approval`);
    }
    return task;
  }

  private async note(tx: Transaction, action: string, task: Task, caller: Caller, more: object = {}): Promise<void> {
    const isOwn = task.createdBy === caller.id;
    const details = { taskId: task.id, agent: task.agent, ...(isOwn && { ownTask: true }), ...more };
    await this.audit.record(tx, { action, subjectId: task.createdBy, details });
  }
}
