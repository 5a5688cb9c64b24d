import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsInstant, readEnd } from '#platform/http';
import type { TaskRequest } from './task-enqueue.service.js';
import { DOLLARS, dollarsOf, microsOf } from '../tasks/cost.js';
import { type JsonObject, MAX_PARAMETERS_BYTES, MAX_TIMEOUT_SECONDS, type TaskBudget } from '../tasks/task.js';

/** Bytes of a body that describes one task: twice what its parameters may have, which may be written with white space and escapes. */
export const MAX_TASK_BYTES = 2 * MAX_PARAMETERS_BYTES;

const DEFAULT_PRIORITY = 5;
const THIS_CENTURY = /^20\d\d-/;

/** What a task may consume over all its attempts; what is left out is not limited. */
export class TaskBudgetDto {
  /**
   * US dollars.
   * @example "0.50"
   */
  @IsOptional()
  @IsString()
  @Matches(DOLLARS, { message: 'maxCost must be a decimal text with at most six decimals' })
  maxCost?: string;

  /**
   * Tokens, in and out together.
   * @example 20000
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  maxTokens?: number;
}

/** What may be said of a task, wherever it comes from. */
export class TaskSettingsDto {
  /** @example Look for weaknesses in the configuration. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(5000)
  taskDescription?: string;

  /** What the agent needs to know; at most 1 MB. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { seconds: 1 } })
  @IsOptional()
  @IsObject()
  parameters?: JsonObject;

  /**
   * 1 to 10; 10 is served first.
   * @example 5
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  priority?: number;

  /**
   * Time of one attempt; the agent's own when left out.
   * @example 300
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_TIMEOUT_SECONDS)
  timeoutSeconds?: number;

  /** Earliest start, a date meaning its beginning in UTC; now when left out. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  @IsInstant({ required: false, example: '2099-01-01T00:00:00.000Z' })
  @Matches(THIS_CENTURY, { message: 'runAt must be a time of this century' })
  runAt?: string;

  /** Latest end, over all attempts, a date meaning the end of its day in UTC; a task that waits longer fails. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  @IsInstant({ required: false, example: '2099-01-01T06:00:00.000Z' })
  @Matches(THIS_CENTURY, { message: 'deadlineAt must be a time of this century' })
  deadlineAt?: string;

  /** The agent's budget holds besides. What would exceed either waits for approval. */
  @ApiPropertyOptional({ type: TaskBudgetDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => TaskBudgetDto)
  budget?: TaskBudgetDto;
}

/** Work for an agent. */
export class ExecuteAgentDto extends TaskSettingsDto {
  /**
   * Makes repeating the request safe, like the header `Idempotency-Key`.
   * @example invoice-2026-0042
   */
  @IsOptional()
  @IsString()
  @Matches(/^[\x21-\x7e]{1,255}$/, { message: 'idempotencyKey must be 1 to 255 visible ASCII characters' })
  idempotencyKey?: string;

  /**
   * Ids of tasks that must succeed first; if one does not, the task fails.
   * @example ["01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  dependsOn?: string[];
}

/** Whether to wait for the result. */
export class WaitQueryDto {
  /**
   * Seconds to wait for the end of the task; 0 does not wait.
   * @example 10
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(30)
  wait: number = 0;
}

/** What a request asks of an agent. */
export function toTaskRequest(agent: string, dto: TaskSettingsDto & { dependsOn?: string[] }): TaskRequest {
  return {
    agent,
    taskDescription: dto.taskDescription ?? undefined,
    parameters: dto.parameters ?? undefined,
    priority: dto.priority ?? DEFAULT_PRIORITY,
    timeoutSeconds: dto.timeoutSeconds ?? undefined,
    runAt: dto.runAt ? new Date(dto.runAt) : undefined,
    deadlineAt: dto.deadlineAt ? readEnd(dto.deadlineAt) : undefined,
    dependsOn: dto.dependsOn?.map((id) => id.toLowerCase()),
    budget: toBudget(dto.budget),
  };
}

function toBudget(dto: TaskBudgetDto | null | undefined): TaskBudget | undefined {
  if (!dto) return undefined;
  return { maxCostMicros: dto.maxCost ? microsOf(dto.maxCost) : null, maxTokens: dto.maxTokens ?? null };
}

export function toBudgetDto({ maxCostMicros, maxTokens }: TaskBudget): TaskBudgetDto | undefined {
  if (maxCostMicros === null && maxTokens === null) return undefined;
  return {
    ...(maxCostMicros !== null && { maxCost: dollarsOf(maxCostMicros) }),
    ...(maxTokens !== null && { maxTokens }),
  };
}
