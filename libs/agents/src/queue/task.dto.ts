import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, Min } from 'class-validator';
import { dollarsOf } from '../tasks/cost.js';
import type { JsonObject, TaskSummary } from '../tasks/task.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { TaskBudgetDto, toBudgetDto } from './execute-agent.dto.js';
import type { ShownTask } from './task-lookup.service.js';

/** Why a task failed, or why its last attempt did. */
export class TaskErrorDto {
  /** @example AGENT.TIMEOUT */
  code!: string;
  /** @example The agent took too long */
  message!: string;
}

/** A task among others: without its parameters and its output, which `GET /tasks/{id}` shows. */
export class TaskSummaryDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example scanner */
  agent!: string;
  @ApiProperty({ enum: TASK_STATES, example: 'succeeded' })
  state!: TaskState;
  /** @example 5 */
  priority!: number;
  /**
   * Attempts begun so far.
   * @example 1
   */
  attempt!: number;
  /** @example 3 */
  maxAttempts!: number;
  taskDescription?: string;
  error?: TaskErrorDto;
  /** What the agent last said of its progress, any JSON. */
  @ApiPropertyOptional({ ...ANY_JSON, description: 'What the agent last said of its progress, any JSON.' })
  progress?: unknown;
  /** @example 0 */
  tokensIn!: number;
  /** @example 0 */
  tokensOut!: number;
  /**
   * In US dollars.
   * @example "0.00"
   */
  cost!: string;
  /** Id of the user who asked for it, or in whose name a schedule did. */
  createdBy!: string;
  batchId?: string;
  /** The schedule that it was queued for, by the clock or by hand; it may have been removed since. */
  scheduleId?: string;
  /** The worker that holds its lease, or held it last; of what this service runs itself, the process. */
  workerId?: string;
  /** Of the request, task or job run that asked for it; see `GET /trace/{correlationId}`. */
  correlationId?: string;
  /** Tasks that must succeed first. */
  dependsOn!: string[];
  /** What the task may consume, if that was said. */
  budget?: TaskBudgetDto;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  queuedAt!: string;
  /** Earliest start. */
  runAt!: string;
  /** Start of the last attempt. */
  startedAt?: string;
  finishedAt?: string;
  /** End of the present attempt's time; of the task's, if it has one, while it waits. */
  deadlineAt?: string;
  /** When a person let it start in spite of its budget. */
  approvedAt?: string;
  cancelRequestedAt?: string;
  cancelAcknowledgedAt?: string;
  stoppedAt?: string;
}

/** A task. */
export class TaskDto extends TaskSummaryDto {
  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: JsonObject;
  /** The agent's result, any JSON. */
  @ApiPropertyOptional({
    ...ANY_JSON,
    description: 'The result of the agent, any JSON; absent until the task succeeded.',
  })
  output?: unknown;
  /** Tasks that depend on it and that you may see, among the oldest hundred. */
  dependents!: string[];
}

/** What a remote agent says when it is done. */
export class AgentCallbackDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  @IsUUID()
  taskId!: string;

  /**
   * `attempt` of the call that is answered.
   * @example 1
   */
  @IsInt()
  @Min(1)
  @Max(1000)
  attempt!: number;

  @ApiProperty({ enum: ['succeeded', 'failed'], example: 'succeeded' })
  @IsIn(['succeeded', 'failed'])
  status!: 'succeeded' | 'failed';

  /** The result, any JSON. */
  @ApiPropertyOptional({ ...ANY_JSON, description: 'The result, any JSON.', example: { pages: 3 } })
  @IsOptional()
  output?: unknown;

  /**
   * Stable code of a failure; kept to 100 characters.
   * @example PAGE_MISSING
   */
  @IsOptional()
  @IsString()
  errorCode?: string;

  /**
   * Kept to 1,000 characters.
   * @example The page does not exist
   */
  @IsOptional()
  @IsString()
  errorMessage?: string;

  /** Whether another attempt can help. */
  @IsOptional()
  @IsIn([true, false])
  retryable?: boolean;
}

export function toTaskDto(task: ShownTask): TaskDto {
  return {
    ...toTaskSummaryDto(task),
    parameters: task.parameters,
    output: task.state === 'succeeded' ? task.output : undefined,
    dependents: [...task.dependents],
  };
}

export function toTaskSummaryDto(task: TaskSummary): TaskSummaryDto {
  const time = (date: Date | null): string | undefined => date?.toISOString();
  return {
    id: task.id,
    agent: task.agent,
    state: task.state,
    priority: task.priority,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    taskDescription: task.taskDescription ?? undefined,
    error: task.error ?? undefined,
    progress: task.progress ?? undefined,
    tokensIn: task.tokensIn,
    tokensOut: task.tokensOut,
    cost: dollarsOf(task.costMicros),
    createdBy: task.createdBy,
    batchId: task.batchId ?? undefined,
    scheduleId: task.scheduleId ?? undefined,
    workerId: task.workerId ?? undefined,
    correlationId: task.correlationId ?? undefined,
    dependsOn: [...task.dependsOn],
    budget: toBudgetDto(task.budget),
    createdAt: task.createdAt.toISOString(),
    queuedAt: task.queuedAt.toISOString(),
    runAt: task.runAt.toISOString(),
    startedAt: time(task.startedAt),
    finishedAt: time(task.finishedAt),
    deadlineAt: time(task.deadlineAt),
    approvedAt: time(task.approvedAt),
    cancelRequestedAt: time(task.cancelRequestedAt),
    cancelAcknowledgedAt: time(task.cancelAcknowledgedAt),
    stoppedAt: time(task.stoppedAt),
  };
}
