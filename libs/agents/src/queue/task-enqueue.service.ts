import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { AgentNotFoundException, currentContext, FairTurns, Ids, ValidationException } from '#platform/kernel';
import type { Agent } from '../registry/agent.js';
import { demandRole } from '../registry/agent-access.js';
import {
  DependencyNotFoundException,
  DependencyNotPossibleException,
  ParametersTooLargeException,
} from '../tasks/agents.exceptions.js';
import { unstorable } from '../tasks/json-value.js';
import { type JsonObject, MAX_PARAMETERS_BYTES, type TaskBudget, type TaskGlance } from '../tasks/task.js';
import { type Caller, maySee } from '../tasks/task-access.js';
import { isFinal } from '../tasks/task-state.js';
import { AgentStatisticsRepository } from '../registry/agent-statistics.repository.js';
import { type DependencyLink, TaskDependencyRepository } from '../tasks/task-dependency.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { type NewTask, TaskRepository } from '../tasks/task.repository.js';
import type { AttemptEstimate } from '../runners/agent-runner.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';

/** Work for one agent. */
export interface TaskRequest {
  readonly agent: string;
  readonly taskDescription?: string | undefined;
  readonly parameters?: JsonObject | undefined;
  /** 1 to 10, 10 first. */
  readonly priority: number;
  /** Time of one attempt; the agent's own when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** Earliest start. */
  readonly runAt?: Date | undefined;
  /** Latest end, over all attempts. */
  readonly deadlineAt?: Date | undefined;
  /** Ids of tasks that must succeed first. */
  readonly dependsOn?: readonly string[] | undefined;
  readonly budget?: TaskBudget | undefined;
}

/** What tasks are queued for, where it is more than themselves. */
export interface TaskOrigin {
  readonly batchId?: string;
  readonly scheduleId?: string;
}

/** A request that was checked, with the agent it is for. */
export interface CheckedRequest {
  /** Id that the task will have. */
  readonly id: string;
  readonly agent: Agent;
  readonly request: TaskRequest;
  /** What an attempt is expected to consume at most, where that is known beforehand. */
  readonly estimate?: AttemptEstimate | undefined;
}

/** Tasks inserted by one statement: they may carry parameters of a megabyte each, and others wait while that is written. */
const INSERT_AT_ONCE = 250;

/** Puts work into the queue, within the caller's transaction. */
@Injectable()
export class TaskEnqueueService {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly dependencies: TaskDependencyRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly runners: AgentRunnersService,
    private readonly ids: Ids,
  ) {}

  /**
   * Checks a request against what its agent demands, and whether the caller may make it.
   *
   * @param agent the agent it names, if there is one
   * @throws AgentNotFoundException, AgentRoleRequiredException, AgentNotRunnableException, ParametersTooLargeException
   */
  check(request: TaskRequest, agent: Agent | undefined, caller: Caller): CheckedRequest {
    const { parameters = {} } = request;
    const problem = unstorable(parameters);
    if (problem !== undefined) {
      throw new ValidationException('The request has one fault', {
        details: { errors: [{ path: 'parameters', message: `must not hold ${problem}`, code: 'json' }] },
      });
    }
    if (Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS_BYTES) throw new ParametersTooLargeException();
    if (!agent) throw new AgentNotFoundException();
    demandRole(agent, caller);
    return { id: this.ids.next(), agent, request, estimate: this.estimate(agent, request) };
  }

  private estimate(
    agent: Agent,
    { taskDescription, parameters = {}, budget }: TaskRequest,
  ): AttemptEstimate | undefined {
    const { maxCostMicros, dailyCostMicros } = agent.budget;
    const limits = [maxCostMicros, dailyCostMicros, budget?.maxCostMicros ?? null];
    const isBounded = limits.some((limit) => limit !== null);
    return this.runners.estimate(agent, { taskDescription: taskDescription ?? null, parameters }, isBounded);
  }

  /**
   * Inserts tasks that may depend on each other, with their first events and counters. Tell the engine after the commit.
   *
   * @throws DependencyNotFoundException for what the caller may not see too
   * @throws DependencyNotPossibleException
   */
  async enqueue(
    tx: Transaction,
    checked: readonly CheckedRequest[],
    caller: Caller,
    origin: TaskOrigin = {},
  ): Promise<void> {
    const turns = new FairTurns();
    const links: DependencyLink[] = [];
    for (const { id, request } of checked) {
      for (const dependsOn of new Set(request.dependsOn)) links.push({ taskId: id, dependsOn });
      await turns.pause();
    }
    await turns.next();
    const awaited = await this.lockAwaited(tx, links, new Set(checked.map(({ id }) => id)), caller);
    const left = new Map<string, number>();
    for (const { taskId, dependsOn } of links) {
      if (awaited.get(dependsOn)?.state !== 'succeeded') left.set(taskId, (left.get(taskId) ?? 0) + 1);
    }
    for (let at = 0; at < checked.length; at += INSERT_AT_ONCE) {
      await turns.next();
      const tasks = checked.slice(at, at + INSERT_AT_ONCE);
      await this.tasks.insert(
        tx,
        tasks.map((item) => this.taskOf(item, caller.id, origin, left.get(item.id) ?? 0)),
      );
    }
    await turns.next();
    await this.dependencies.add(tx, links);
    await this.events.append(
      tx,
      checked.map(({ id }) => ({ taskId: id, type: 'queued', data: { by: caller.id } })),
    );
    await this.statistics.add(
      tx,
      checked.map(({ agent }) => ({ agentId: agent.id, enqueued: 1 })),
    );
  }

  /** What is waited for outside of what is queued, locked. */
  private async lockAwaited(
    tx: Transaction,
    links: readonly DependencyLink[],
    own: ReadonlySet<string>,
    caller: Caller,
  ): Promise<Map<string, TaskGlance>> {
    const others = new Set<string>();
    for (const { dependsOn } of links) if (!own.has(dependsOn)) others.add(dependsOn);
    const awaited = await this.dependencies.lock(tx, [...others]);
    for (const id of others) {
      const task = awaited.get(id);
      if (!task || !maySee(caller, task)) throw new DependencyNotFoundException(`There is no task ${id} to depend on`);
      const { state } = task;
      if (isFinal(state) && state !== 'succeeded') {
        throw new DependencyNotPossibleException(`The task ${id} ended as ${state}: what depends on it cannot start`);
      }
    }
    return awaited;
  }

  private taskOf(
    { id, agent, request, estimate }: CheckedRequest,
    createdBy: string,
    { batchId, scheduleId }: TaskOrigin,
    dependsLeft: number,
  ): NewTask {
    const context = currentContext();
    return {
      id,
      agentId: agent.id,
      priority: request.priority,
      maxAttempts: agent.retryPolicy.maxAttempts,
      timeoutSeconds: request.timeoutSeconds ?? agent.timeoutSeconds,
      taskDescription: request.taskDescription ?? null,
      parameters: request.parameters ?? {},
      runAt: request.runAt ?? null,
      expiresAt: request.deadlineAt ?? null,
      dependsOn: [...new Set(request.dependsOn)],
      dependsLeft,
      maxCostMicros: request.budget?.maxCostMicros ?? null,
      maxTokens: request.budget?.maxTokens ?? null,
      estimateMicros: estimate?.micros ?? null,
      estimateTokens: estimate?.tokens ?? null,
      batchId: batchId ?? null,
      scheduleId: scheduleId ?? null,
      createdBy,
      correlationId: context?.correlationId ?? null,
      traceparent: context?.traceparent ?? null,
    };
  }
}
