import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { CLAIM_MAX } from '../attempts/task-lease.service.js';
import { ANY_JSON } from '../tasks/any-json.dto.js';
import { UsageDto } from './usage.dto.js';

const MIN_LEASE_MS = 5_000;
const MAX_LEASE_MS = 3_600_000;
const MAX_WAIT_MS = 30_000;

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
