import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { Schedule, ScheduleDefinition } from './schedule.js';
import type { Caller } from '../tasks/task-access.js';
import { isFinal } from '../tasks/task-state.js';
import { AgentRepository } from '../registry/agent.repository.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { type Stopped, TaskCancellationService } from '../queue/task-cancellation.service.js';
import { type CheckedRequest, TaskEnqueueService } from '../queue/task-enqueue.service.js';

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
export class ScheduleTaskService {
  constructor(
    private readonly agents: AgentRepository,
    private readonly transitions: TaskTransitionRepository,
    private readonly enqueue: TaskEnqueueService,
    private readonly cancellation: TaskCancellationService,
    private readonly announcer: TaskAnnouncerService,
  ) {}

  /**
   * Whether the caller may give the agent this work.
   *
   * @throws AgentNotFoundException, AgentRoleRequiredException, AgentNotRunnableException, ParametersTooLargeException
   */
  async check({ agent, parameters, priority, taskDescription }: Work, caller: Caller): Promise<CheckedRequest> {
    const request = { agent, parameters, priority, taskDescription: taskDescription ?? undefined };
    return this.enqueue.check(request, await this.agents.find(agent), caller);
  }

  /** Queues its task whatever became of the one before. @throws what `check` throws, before anything is written */
  async now(tx: Transaction, schedule: Schedule, caller: Caller): Promise<string> {
    const checked = await this.check(schedule, caller);
    await this.enqueue.enqueue(tx, [checked], caller, { scheduleId: schedule.id });
    return checked.id;
  }

  /** Does what the schedule says to do at its time. @throws what `check` throws, before anything is written */
  async onTime(tx: Transaction, schedule: Schedule, caller: Caller): Promise<ScheduleOutcome> {
    const { overlap, lastTaskId } = schedule;
    const checked = await this.check(schedule, caller);
    let stopped: Stopped;
    if (overlap !== 'queue' && lastTaskId !== null) {
      const before = await this.transitions.lock(tx, lastTaskId);
      if (before && !isFinal(before.task.state)) {
        if (overlap === 'skip') return { taskId: null, error: `The task before, ${lastTaskId}, has not ended` };
        stopped = await this.cancellation.stop(tx, before, caller.id);
      }
    }
    await this.enqueue.enqueue(tx, [checked], caller, { scheduleId: schedule.id });
    return { taskId: checked.id, error: null, stopped };
  }

  /** Tells the engine, after the commit. */
  announce(stopped: readonly Stopped[]): void {
    for (const one of stopped) this.cancellation.announce(one);
    this.announcer.queued();
  }
}
