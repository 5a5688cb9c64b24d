import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { Clearable, PageQueryDto, Required } from '#platform/http';
import {
  type Overlap,
  OVERLAPS,
  PAUSE_REASONS,
  type PauseReason,
  type Schedule,
  type ScheduleDefinition,
} from './schedule.js';
import type { JsonObject } from '../tasks/task.js';

const DEFAULTS = {
  timeZone: 'UTC',
  taskDescription: null,
  parameters: {},
  priority: 5,
  enabled: true,
  overlap: 'skip' as const,
};

/** What may be changed of a schedule. */
export class UpdateScheduleDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  agent?: string;

  /**
   * Minute, hour, day of month, month, day of week, as in crontab(5).
   * @example 0 6 * * MON-FRI
   */
  @IsOptional()
  @IsString()
  @MinLength(9)
  @MaxLength(200)
  cron?: string;

  /**
   * A name of the IANA time zone database.
   * @example Europe/Paris
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(60)
  timeZone?: string;

  /** @example Look for weaknesses in the configuration. */
  @Clearable()
  @IsString()
  @MinLength(1)
  @MaxLength(5000)
  taskDescription?: string | null;

  /** What the agent needs to know; at most 1 MB. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: {} })
  @IsOptional()
  @IsObject()
  parameters?: JsonObject;

  /**
   * Of the tasks; 10 is served first.
   * @example 5
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  priority?: number;

  /** @example true */
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    enum: OVERLAPS,
    example: 'skip',
    description:
      'What happens at a time while the task of the time before has not ended: `skip` the time, `queue` another task all the same, or ' +
      '`cancel_previous` first.',
  })
  @IsOptional()
  @IsIn(OVERLAPS)
  overlap?: Overlap;
}

/** A schedule to make. */
export class CreateScheduleDto extends UpdateScheduleDto {
  /** @example scanner */
  @Required()
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  declare agent: string;

  /** @example 0 6 * * MON-FRI */
  @Required()
  @IsString()
  @MinLength(9)
  @MaxLength(200)
  declare cron: string;
}

/** A schedule. */
export class ScheduleDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example scanner */
  agent!: string;
  /** @example 0 6 * * MON-FRI */
  cron!: string;
  /** @example Europe/Paris */
  timeZone!: string;
  taskDescription?: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  parameters!: JsonObject;
  /** @example 5 */
  priority!: number;
  /** @example true */
  enabled!: boolean;
  @ApiProperty({ enum: OVERLAPS, example: 'skip' })
  overlap!: Overlap;
  /** Id of the user who made it; absent of old ones that were changed since. */
  createdBy?: string;
  /** Whoever made or last changed it; its tasks are his. */
  ownerId!: string;
  @ApiPropertyOptional({
    enum: PAUSE_REASONS,
    description:
      'Why it paused itself: its owner is gone or switched off, the key that made it ended, or the agent needs a higher role. ' +
      'Switching it on makes it yours.',
  })
  pausedReason?: PauseReason;
  @ApiProperty({ type: String, nullable: true, example: '2026-11-25T05:00:00.000Z' })
  nextRunAt!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  lastRunAt!: string | null;
  lastTaskId?: string;
  /** Why its last time led to no task. */
  lastError?: string;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  updatedAt!: string;
}

/** Which schedules to list; everything given must hold. */
export class ScheduleQueryDto extends PageQueryDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  /** Id of the user whose it is: who made or last changed it. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  ownerId?: string;
}

/** A cron expression to look ahead by. */
export class ScheduleTimesQueryDto {
  /** @example 0 6 * * MON-FRI */
  @IsString()
  @MinLength(9)
  @MaxLength(200)
  cron!: string;

  /** @example Europe/Paris */
  @ApiPropertyOptional({ default: 'UTC' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(60)
  timeZone: string = DEFAULTS.timeZone;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 10, default: 5, description: 'How many times.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10)
  count: number = 5;
}

/** The next times of a cron expression. */
export class ScheduleTimesDto {
  /**
   * Fewer than were asked for when there are no more within eight years.
   * @example ["2026-11-25T05:00:00.000Z"]
   */
  times!: string[];
}

/** A page of schedules, newest first. */
export class SchedulePageDto {
  @ApiProperty({ type: [ScheduleDto] })
  items!: ScheduleDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toScheduleDefinition(dto: CreateScheduleDto): ScheduleDefinition {
  return { ...DEFAULTS, ...(toScheduleChanges(dto) as Pick<ScheduleDefinition, 'agent' | 'cron'>) };
}

/** A change: what is given. */
export function toScheduleChanges(dto: UpdateScheduleDto): Partial<ScheduleDefinition> {
  return Object.fromEntries(Object.entries(dto).filter(([, value]) => value !== undefined));
}

export function toScheduleDto(schedule: Schedule): ScheduleDto {
  return {
    id: schedule.id,
    agent: schedule.agent,
    cron: schedule.cron,
    timeZone: schedule.timeZone,
    taskDescription: schedule.taskDescription ?? undefined,
    parameters: schedule.parameters,
    priority: schedule.priority,
    enabled: schedule.enabled,
    overlap: schedule.overlap,
    createdBy: schedule.createdBy ?? undefined,
    ownerId: schedule.ownerId,
    pausedReason: schedule.pausedReason ?? undefined,
    nextRunAt: schedule.nextRunAt?.toISOString() ?? null,
    lastRunAt: schedule.lastRunAt?.toISOString() ?? null,
    lastTaskId: schedule.lastTaskId ?? undefined,
    lastError: schedule.lastError ?? undefined,
    createdAt: schedule.createdAt.toISOString(),
    updatedAt: schedule.updatedAt.toISOString(),
  };
}
