import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { type Blocker, BLOCKERS, type Explanation } from './task-blocker.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';

const REDRIVABLE = ['dead', 'failed'] as const;

/** Why a task is where it is. */
export class ExplanationDto {
  @ApiProperty({ enum: TASK_STATES, example: 'queued' })
  state!: TaskState;
  /** The first thing that would have to change; absent when the task does not wait. */
  @ApiPropertyOptional({ enum: BLOCKERS, example: 'concurrency' })
  reason?: Blocker;
  /** @example 3 of at most 3 tasks run at this time */
  detail!: string;
  /**
   * Place in the queue of its agent; 1 is next.
   * @example 4
   */
  position?: number;
  /** Exact where it follows from a setting, else from the usual time of the agent's tasks. */
  @ApiPropertyOptional({ example: '2026-11-24T12:00:00.000Z' })
  estimatedStartAt?: string;
}

/** Why a task is not to start. */
export class RefuseTaskDto {
  /**
   * Shown to whoever asked for it, as the `error` of the task.
   * @example The budget of this month is spent
   */
  @IsString()
  @Matches(/\S/, { message: 'reason must say something' })
  @MaxLength(1000)
  reason!: string;
}

/** Which tasks to queue again; everything given must hold. */
export class RedriveDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  @ApiPropertyOptional({ enum: REDRIVABLE, default: 'dead' })
  @IsOptional()
  @IsIn(REDRIVABLE)
  state?: (typeof REDRIVABLE)[number];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsUUID(undefined, { each: true })
  ids?: string[];

  /**
   * Most tasks to queue.
   * @example 100
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
}

/** What was queued again. */
export class RedrivenDto {
  /** @example 12 */
  redriven!: number;
}

export function toExplanationDto({ estimatedStartAt, ...explanation }: Explanation): ExplanationDto {
  return { ...explanation, estimatedStartAt: estimatedStartAt?.toISOString() };
}
