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
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsOneLine } from '#platform/http';
import { CLAIM_MAX } from '../attempts/task-lease.service.js';
import { DOLLARS, microsOf } from '../tasks/cost.js';
import type { JsonObject } from '../tasks/task.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { LeasedTaskDto } from './leased-task.dto.js';

const MIN_LEASE_MS = 5_000;
const MAX_LEASE_MS = 3_600_000;
const MAX_WAIT_MS = 30_000;
const MAX_TOKENS = 1_000_000_000;

/** What an attempt consumed so far; each report replaces the one before. */
export class UsageDto {
  /** @example 1200 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  tokensIn?: number;

  /** @example 350 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_TOKENS)
  tokensOut?: number;

  /**
   * US dollars.
   * @example "0.0123"
   */
  @IsOptional()
  @IsString()
  @Matches(DOLLARS, { message: 'cost must be a decimal text with at most six decimals' })
  cost?: string;
}

/** A worker to register. */
export class RegisterWorkerDto {
  /** @example invoices-1 */
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(100)
  name!: string;

  /**
   * Slugs of the agents it works for; all that its key may lease when left out.
   * @example ["financial"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  agents?: string[];

  /**
   * Tasks it can run at the same time.
   * @example 1
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  slots?: number;

  /**
   * What it runs on, for people who look.
   * @example python 3.12
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  runtime?: string;
}

/** A registered worker. */
export class WorkerDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  workerId!: string;
  /**
   * Send a heartbeat about this often while holding leases.
   * @example 10000
   */
  heartbeatMs!: number;
}

/** What to lease. */
export class LeaseTasksDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  @IsUUID()
  workerId!: string;

  /** Slugs; those the worker was registered with when left out. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  agents?: string[];

  /**
   * Most tasks to lease. There may be fewer, however many wait: an answer carries about two megabytes of parameters.
   * @example 1
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(CLAIM_MAX)
  max?: number;

  /**
   * How long a lease lasts without a heartbeat; the service's own when left out.
   * @example 30000
   */
  @IsOptional()
  @IsInt()
  @Min(MIN_LEASE_MS)
  @Max(MAX_LEASE_MS)
  leaseMs?: number;

  /**
   * How long to wait for a task.
   * @example 30000
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_WAIT_MS)
  waitMs?: number;
}

/** One lease. */
export class LeaseDto {
  @IsUUID()
  leaseToken!: string;
}

/** A lease to extend. */
export class HeldLeaseDto extends LeaseDto {
  @IsUUID()
  id!: string;

  /** Any JSON; shown as the task's `progress`. */
  @ApiPropertyOptional({
    ...ANY_JSON,
    description: 'Any JSON of at most 16 KB; shown as the `progress` of the task.',
    example: { done: 3, of: 10 },
  })
  @IsOptional()
  progress?: unknown;

  @ApiPropertyOptional({ type: UsageDto })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => UsageDto)
  usage?: UsageDto;
}

/** All leases of a worker. */
export class HeartbeatDto {
  @ApiProperty({ type: [HeldLeaseDto] })
  @IsArray()
  @ArrayMaxSize(CLAIM_MAX)
  @ValidateNested({ each: true })
  @Type(() => HeldLeaseDto)
  leases!: HeldLeaseDto[];

  /** How long the leases last from now; the service's own when left out. */
  @IsOptional()
  @IsInt()
  @Min(MIN_LEASE_MS)
  @Max(MAX_LEASE_MS)
  leaseMs?: number;
}

/** What became of the leases; ids of tasks. */
export class HeartbeatResultDto {
  extended!: string[];
  /** Somebody else may work on these by now: stop, and discard the result. */
  lost!: string[];
  /** Extended, but to be stopped: stop, and say `fail` or `release`. */
  cancel!: string[];
}

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
  @Max(MAX_LEASE_MS)
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

/** Usage as the engine counts it. */
export function toUsage(dto: UsageDto | null | undefined): {
  tokensIn: number;
  tokensOut: number;
  costMicros: bigint;
} {
  return {
    tokensIn: dto?.tokensIn ?? 0,
    tokensOut: dto?.tokensOut ?? 0,
    costMicros: dto?.cost ? microsOf(dto.cost) : 0n,
  };
}
