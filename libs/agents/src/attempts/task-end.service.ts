import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { AgentStatisticsRepository } from '../registry/agent-statistics.repository.js';
import { TaskDependencyRepository } from '../tasks/task-dependency.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { TaskTransitionRepository } from './task-transition.repository.js';
import type { Ending, Succeeded, Success } from './task-transition.js';

/**
 * Ends tasks, whoever does it: the task, its event, its agent's counters, and what becomes of those that waited for it, in the caller's
 * transaction.
 */
@Injectable()
export class TaskEndService {
  constructor(
    private readonly transitions: TaskTransitionRepository,
    private readonly dependencies: TaskDependencyRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
  ) {}

  /** Ends tasks well; those whose lease was lost are missing from the answer. */
  async succeed(tx: Transaction, successes: readonly Success[]): Promise<Succeeded[]> {
    const succeeded = await this.transitions.succeed(tx, successes);
    const awaited = succeeded.flatMap((row) => row.awaited);
    if (awaited.length > 0) await this.dependencies.release(tx, awaited);
    return succeeded;
  }

  /**
   * Ends a task that the caller has locked, other than well.
   *
   * @returns ids of the tasks that ended: this one, and those that waited for it
   */
  async end(tx: Transaction, id: string, ending: Ending): Promise<string[]> {
    const hasDependents = await this.transitions.end(tx, id, ending);
    return hasDependents ? [id, ...(await this.failDependents(tx, id, ending.state))] : [id];
  }

  private async failDependents(tx: Transaction, because: string, state: Ending['state']): Promise<string[]> {
    const failure = { code: 'TASK.DEPENDENCY_FAILED', message: `A task that must succeed first ended as ${state}` };
    const dependents = await this.dependencies.fail(tx, [because], failure);
    if (dependents.length === 0) return [];
    const event = { type: 'failed', data: { ...failure, because } };
    await this.events.append(
      tx,
      dependents.map(({ id }) => ({ taskId: id, ...event })),
    );
    await this.statistics.add(
      tx,
      dependents.map(({ agentId }) => ({ agentId, failed: 1 })),
    );
    return dependents.map(({ id }) => id);
  }
}
