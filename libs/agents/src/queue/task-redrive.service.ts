import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { includesRole } from '#platform/kernel';
import { AuditTrail } from '#platform/security';
import { AgentRoleRequiredException, TaskStateException } from '../tasks/agents.exceptions.js';
import { assertMayManage, type Caller } from '../tasks/task-access.js';
import { canBecome, isFinal } from '../tasks/task-state.js';
import { AgentHourRepository } from '../history/agent-hour.repository.js';
import { TaskDependencyRepository } from '../tasks/task-dependency.repository.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import type { LockedTask } from '../attempts/task-transition.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';

/** Which tasks to queue again; everything given must hold. */
export interface RedriveFilter {
  readonly agent?: string | undefined;
  readonly state: 'dead' | 'failed';
  readonly ids?: readonly string[] | undefined;
  readonly limit: number;
  /** Says how many there are, and queues none. */
  readonly isDryRun: boolean;
}

/** Tasks queued again in one transaction. */
const REDRIVEN_AT_ONCE = 50;

/** Gives tasks that ended another life: with all their attempts, and without the deadline they had. */
@Injectable()
export class TaskRedriveService {
  constructor(
    private readonly database: Database,
    private readonly tasks: TaskRepository,
    private readonly transitions: TaskTransitionRepository,
    private readonly dependencies: TaskDependencyRepository,
    private readonly hours: AgentHourRepository,
    private readonly announcer: TaskAnnouncerService,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Queues a task that failed, died or was cancelled again; for its maker and DEVELOPERs.
   *
   * @throws TaskNotFoundException, TaskNotOwnedException, AgentRoleRequiredException
   * @throws TaskStateException when it waits, runs or succeeded, or depends on a task that ended without success
   */
  async retry(id: string, caller: Caller): Promise<void> {
    await this.database.transaction(async (tx) => {
      const locked = await this.transitions.lock(tx, id);
      assertMayManage(caller, locked?.task);
      if (!locked) return;
      const { minimumRole } = locked.task;
      // What one may not ask for one may not ask for again.
      if (!includesRole(caller.role, minimumRole))
        throw new AgentRoleRequiredException(`The agent ${locked.task.agent} needs the role ${minimumRole}`);
      await this.requeue(tx, locked, caller);
      const { agent, createdBy } = locked.task;
      if (createdBy === caller.id) return;
      await this.audit.record(tx, { action: 'task.retried', subjectId: createdBy, details: { taskId: id, agent } });
    });
    this.announcer.queued();
  }

  /**
   * Queues tasks again that ended without success, the oldest first; what depends on a task that has not succeeded stays.
   *
   * @returns how many
   */
  async redrive({ limit, isDryRun, ...filter }: RedriveFilter, caller: Caller): Promise<number> {
    const redriven = new Set<string>();
    let after: string | undefined;
    for (let left = limit; left > 0;) {
      const ids = await this.tasks.endedIds({ ...filter, after, limit: Math.min(left, REDRIVEN_AT_ONCE) });
      if (ids.length === 0) break;
      for (const id of await this.redriveAll(ids, caller, isDryRun, redriven)) redriven.add(id);
      after = ids.at(-1);
      left -= ids.length;
      if (!isDryRun) this.announcer.queued();
    }
    return redriven.size;
  }

  /** @param before redriven so far: in a dry run they are as they were, and count as queued */
  private redriveAll(
    ids: readonly string[],
    caller: Caller,
    isDryRun: boolean,
    before: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> {
    return this.database.transaction(async (tx) => {
      const redriven = new Set<string>();
      for (const id of ids) {
        const locked = await this.transitions.lock(tx, id);
        // Somebody else may have been faster.
        if (!locked || !isFinal(locked.task.state) || locked.task.state === 'succeeded') continue;
        if (!includesRole(caller.role, locked.task.minimumRole)) continue;
        if (await this.isHopeless(tx, locked, (other) => before.has(other) || redriven.has(other))) continue;
        if (!isDryRun) await this.requeue(tx, locked, caller);
        redriven.add(id);
      }
      if (redriven.size > 0 && !isDryRun)
        await this.audit.record(tx, { action: 'tasks.redriven', details: { taskIds: [...redriven] } });
      return redriven;
    });
  }

  private async isHopeless(
    tx: Transaction,
    { task }: LockedTask,
    isRedriven: (id: string) => boolean,
  ): Promise<boolean> {
    const states = await this.dependencies.lock(tx, task.dependsOn);
    return [...states].some(([id, { state }]) => state !== 'succeeded' && isFinal(state) && !isRedriven(id));
  }

  private async requeue(tx: Transaction, { task }: LockedTask, caller: Caller): Promise<void> {
    if (!isFinal(task.state) || !canBecome(task.state, 'queued')) {
      throw new TaskStateException(`A task that is ${task.state} cannot be retried`);
    }
    const awaited = [...(await this.dependencies.lock(tx, task.dependsOn)).values()];
    const open = awaited.filter(({ state }) => state !== 'succeeded');
    if (open.some(({ state }) => isFinal(state)))
      throw new TaskStateException('It depends on a task that has not succeeded: retry that first');
    const data = { by: caller.id };
    await this.transitions.requeue(tx, task.id, {
      delayMs: 0,
      failure: null,
      refund: task.attempt,
      type: 'requeued',
      data,
    });
    // Of a task that is queued again before history counts it, its next end counts all.
    const isCounted = task.finishedAt !== null && (await this.hours.isCounted(tx, task.finishedAt));
    await this.transitions.renew(tx, task, open.length, isCounted);
  }
}
