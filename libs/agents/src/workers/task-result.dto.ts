import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CLAIM_MAX } from '../attempts/task-lease.service.js';
import type { JsonObject } from '../tasks/task.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { LeasedTaskDto } from './leased-task.dto.js';
import { LeaseDto } from './lease.dto.js';
import { UsageDto } from './usage.dto.js';

/** Longest wait before another attempt that a worker may ask for. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** A result. */
export class CompleteTaskDto extends LeaseDto {
  @ApiPropertyOptional({ ...ANY_JSON, description: 'The result, any JSON up to 10 MB.', example: { total: 3 } })
  @IsOptional()
  output?: unknown;

  /** Of the whole attempt. */
  @ApiPropertyOptional({ type: UsageDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => UsageDto)
  usage?: UsageDto;
}

/** Whether to lease another task in the same call. */
export class CompleteQueryDto {
  /**
   * 1 leases the next task for the same worker.
   * @example "0"
   */
  @IsOptional()
  @IsIn(['0', '1'])
  next?: string;
}

/** The next task, if one was asked for and there is one. */
export class CompletedTaskDto {
  @ApiProperty({ type: LeasedTaskDto, nullable: true })
  next!: LeasedTaskDto | null;
}

/** The result of one of several tasks. */
export class TaskResultDto extends CompleteTaskDto {
  @IsUUID()
  id!: string;
}

/** Results of several tasks. */
export class CompleteTasksDto {
  @ApiProperty({ type: [TaskResultDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(CLAIM_MAX)
  @IsObject({ each: true })
  results!: object[];
}

/** Why the result of one of several tasks was not recorded. */
export class RefusedResultDto {
  /**
   * Its place among the results that were sent, from 0.
   * @example 2
   */
  index!: number;
  /** Empty when the result names no task. */
  id!: string;
  /** @example TASK.OUTPUT_TOO_LARGE */
  code!: string;
  /** @example The output is larger than 10 MB */
  message!: string;
}

/** Which results were recorded; ids of tasks. */
export class CompletedTasksDto {
  completed!: string[];
  /** The lease was no longer held: the result is discarded. */
  lost!: string[];
  /** It cannot be read or kept: its lease goes on, so `fail` it, or send another. */
  @ApiProperty({ type: [RefusedResultDto] })
  refused!: RefusedResultDto[];
}

/** Why an attempt failed. */
export class AttemptErrorDto {
  /**
   * Stable code.
   * @example INVOICE_UNREADABLE
   */
  @IsOptional()
  @IsString()
  code?: string;

  /**
   * Kept to 1,000 characters, a code to 100.
   * @example The file is not a PDF
   */
  @IsString()
  message!: string;
}

/** A failed attempt. */
export class FailTaskDto extends LeaseDto {
  @ApiProperty({ type: AttemptErrorDto })
  @IsObject()
  @ValidateNested()
  @Type(() => AttemptErrorDto)
  error!: AttemptErrorDto;

  /**
   * Whether another attempt can help; yes when left out.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  retryable?: boolean;

  /**
   * Shortest wait before it.
   * @example 5000
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_RETRY_AFTER_MS)
  retryAfterMs?: number;

  /** Of the whole attempt. */
  @ApiPropertyOptional({ type: UsageDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => UsageDto)
  usage?: UsageDto;
}

/** Something that happened during an attempt. */
export class WorkerEventDto extends LeaseDto {
  /**
   * Position among the events of the attempt, of which a task has at most 1,000 over all attempts, ours included; one that was told before is not recorded again.
   * @example 1
   */
  @IsInt()
  @Min(1)
  @Max(10_000)
  seq!: number;

  /**
   * Shown as `agent.<type>`.
   * @example page_read
   */
  @IsString()
  @Matches(/^[a-z][a-z0-9_.-]{0,49}$/, { message: 'type must be a lower-case word' })
  type!: string;

  /** At most 16 KB of JSON. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { page: 3 } })
  @IsOptional()
  @IsObject()
  data?: JsonObject;
}
