import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { TaskState } from '../tasks/task-state.js';
import type { Usage } from '../tasks/usage.js';
import { MAX_TASK_EVENTS } from '../tasks/task-report.js';
import { AgentStatisticsRepository } from '../registry/agent-statistics.repository.js';
import { TaskDependencyRepository } from '../tasks/task-dependency.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import type { Ended, Succeeded } from './task-transition.repository.js';

type Data = Readonly<Record<string, unknown>>;

/** What the end of an attempt leaves, in the transaction that ends it: events, counters, and the tasks that waited for it. */
@Injectable()
export class TaskRecordService {
  constructor(
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly dependencies: TaskDependencyRepository,
  ) {}

  /** Event and counters of a success are written with it: here are those that waited. */
  async succeeded(tx: Transaction, rows: readonly Succeeded[]): Promise<void> {
    const awaited = rows.flatMap((row) => row.awaited);
    if (awaited.length > 0) await this.dependencies.release(tx, awaited);
  }

  /** @returns the tasks that ended: this one, and those that waited for it */
  async unsuccessful(
    tx: Transaction,
    row: Ended,
    state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'>,
    data: Data,
  ): Promise<string[]> {
    await this.events.append(tx, [{ taskId: row.id, type: state, data }]);
    await this.statistics.add(tx, [{ ...row, [state === 'cancelled' ? 'cancelled' : 'failed']: 1 }]);
    if (!row.hasDependents) return [row.id];
    const failure = { code: 'TASK.DEPENDENCY_FAILED', message: `A task that must succeed first ended as ${state}` };
    const dependents = await this.dependencies.fail(tx, [row.id], failure);
    if (dependents.length > 0) {
      const event = { type: 'failed', data: { ...failure, because: row.id } };
      await this.events.append(
        tx,
        dependents.map(({ id }) => ({ taskId: id, ...event })),
      );
      await this.statistics.add(
        tx,
        dependents.map(({ agentId }) => ({ agentId, failed: 1 })),
      );
    }
    return [row.id, ...dependents.map(({ id }) => id)];
  }

  /** The attempt failed, and another will follow; what it consumed is counted all the same. */
  async willRetry(tx: Transaction, task: { id: string; agentId: string }, usage: Usage, data: Data): Promise<void> {
    await this.events.append(tx, [{ taskId: task.id, type: 'retry', data }]);
    const tokens = usage.tokensIn + usage.tokensOut;
    if (tokens === 0 && usage.costMicros === 0n) return;
    await this.statistics.add(tx, [{ agentId: task.agentId, tokens, costMicros: usage.costMicros }]);
  }

  /** Whether the task has all the events that others may add to it. */
  async isFull(tx: Transaction, taskId: string): Promise<boolean> {
    return (await this.events.count(tx, taskId)) >= MAX_TASK_EVENTS;
  }

  async released(tx: Transaction, taskId: string, reason: string): Promise<void> {
    await this.events.append(tx, [{ taskId, type: 'released', data: { reason } }]);
  }

  async cancelRequested(tx: Transaction, taskId: string, by: string): Promise<void> {
    await this.events.append(tx, [{ taskId, type: 'cancel_requested', data: { by } }]);
  }

  /** A person gave the task another life. */
  async requeued(tx: Transaction, task: { id: string; agentId: string }, by: string): Promise<void> {
    await this.events.append(tx, [{ taskId: task.id, type: 'requeued', data: { by } }]);
    await this.statistics.add(tx, [{ agentId: task.agentId, enqueued: 1 }]);
  }

  async approved(tx: Transaction, taskId: string, by: string): Promise<void> {
    await this.events.append(tx, [{ taskId, type: 'approved', data: { by } }]);
  }

  async refused(tx: Transaction, taskId: string, by: string, reason: string): Promise<void> {
    await this.events.append(tx, [{ taskId, type: 'refused', data: { by, reason } }]);
  }

  async needsApproval(tx: Transaction, taskId: string, reason: string): Promise<void> {
    await this.events.append(tx, [{ taskId, type: 'approval_required', data: { reason } }]);
  }
}
