import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { Schedule, ScheduleDefinition } from '../domain/schedule.js';
import type { Caller } from '../domain/task-access.js';
import { isFinal } from '../domain/task-state.js';
import { AgentRepository } from '../infrastructure/agent.repository.js';
import { TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { TaskAnnouncer } from './task-announcer.js';
import { type Stopped, TaskControl } from './task-control.service.js';
import { type CheckedRequest, TaskEnqueue } from './task-enqueue.service.js';

type Work = Pick<ScheduleDefinition, 'agent' | 'parameters' | 'priority' | 'taskDescription'>;

/** What one time of a schedule led to. */
export interface ScheduleOutcome {
  /** `null` when the time was skipped. */
  readonly taskId: string | null;
  /** Why there is no task. */
  readonly error: string | null;
  /** The task before, if that was stopped. */
  readonly stopped?: Stopped;
}

/** Queues the tasks of schedules, in the caller's name and transaction. */
@Injectable()
export class ScheduleTasks {
  constructor(
    private readonly agents: AgentRepository,
    private readonly queue: TaskQueueRepository,
    private readonly enqueue: TaskEnqueue,
    private readonly control: TaskControl,
    private readonly announcer: TaskAnnouncer,
  ) {}

  /**
   * Whether the caller may give the agent this work.
   *
   * @throws AgentNotFoundError, AgentRoleRequiredError, AgentNotRunnableError, ParametersTooLargeError
   */
  async check({ agent, parameters, priority, taskDescription }: Work, caller: Caller): Promise<CheckedRequest> {
    const request = { agent, parameters, priority, taskDescription: taskDescription ?? undefined };
    return this.enqueue.check(request, await this.agents.find(agent), caller);
  }

  /** Queues its task whatever became of the one before. @throws what `check` throws, before anything is written */
  async now(tx: Transaction, schedule: Schedule, caller: Caller): Promise<string> {
    const checked = await this.check(schedule, caller);
    await this.enqueue.enqueue(tx, [checked], caller);
    return checked.id;
  }

  /** Does what the schedule says to do at its time. @throws what `check` throws, before anything is written */
  async onTime(tx: Transaction, schedule: Schedule, caller: Caller): Promise<ScheduleOutcome> {
    const { overlap, lastTaskId } = schedule;
    const checked = await this.check(schedule, caller);
    let stopped: Stopped;
    if (overlap !== 'queue' && lastTaskId !== null) {
      const before = await this.queue.lock(tx, lastTaskId);
      if (before && !isFinal(before.task.state)) {
        if (overlap === 'skip') return { taskId: null, error: `The task before, ${lastTaskId}, has not ended` };
        stopped = await this.control.stop(tx, before, caller.id);
      }
    }
    await this.enqueue.enqueue(tx, [checked], caller);
    return { taskId: checked.id, error: null, stopped };
  }

  /** Tells the engine, after the commit. */
  announce(stopped: readonly Stopped[]): void {
    for (const one of stopped) this.control.announce(one);
    this.announcer.queued();
  }
}
