import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';
import { PageQueryDto } from '#platform/http';
import { dollarsOf } from '../tasks/cost.js';
import type { JsonObject, Task } from '../tasks/task.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { TaskBudgetDto, toBudgetDto } from './execute-agent.dto.js';

/** Which tasks to list; everything given must hold. */
export class TaskQueryDto extends PageQueryDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  @ApiPropertyOptional({ enum: TASK_STATES })
  @IsOptional()
  @IsIn(TASK_STATES)
  state?: TaskState;

  @IsOptional()
  @IsUUID()
  batchId?: string;
}

/** Why a task failed, or why its last attempt did. */
export class TaskErrorDto {
  /** @example AGENT.TIMEOUT */
  code!: string;
  /** @example The agent took too long */
  message!: string;
}

/** A task. */
export class TaskDto {
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
  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: JsonObject;
  /** The agent's result, any JSON. */
  @ApiPropertyOptional({
    ...ANY_JSON,
    description: 'The result of the agent, any JSON; absent until the task succeeded.',
  })
  output?: unknown;
  @ApiPropertyOptional({
    type: [String],
    example: ['output'],
    description: 'Fields that a list does not show because they have more than 16 KB: read the task for them.',
  })
  leftOut?: string[];
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
  batchId?: string;
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

/** A page of tasks, newest first. */
export class TaskPageDto {
  @ApiProperty({ type: [TaskDto] })
  items!: TaskDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
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

export function toTaskDto(task: Task): TaskDto {
  const time = (date: Date | null): string | undefined => date?.toISOString();
  return {
    id: task.id,
    agent: task.agent,
    state: task.state,
    priority: task.priority,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    taskDescription: task.taskDescription ?? undefined,
    parameters: task.parameters,
    output: task.state === 'succeeded' && !task.leftOut.includes('output') ? task.output : undefined,
    leftOut: task.leftOut.length > 0 ? [...task.leftOut] : undefined,
    error: task.error ?? undefined,
    progress: task.progress ?? undefined,
    tokensIn: task.tokensIn,
    tokensOut: task.tokensOut,
    cost: dollarsOf(task.costMicros),
    batchId: task.batchId ?? undefined,
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
