import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IsInstant } from '#platform/http';
import { OPEN_STATES, type OpenState } from '../tasks/task-state.js';
import type { CancelledTasks, CancelRequest } from './bulk-cancellation.service.js';
import { toSpan } from './task-search.dto.js';

const DEFAULT_LIMIT = 100;

/** Which tasks to stop: those that `ids` name, or the open ones that everything else holds for. */
export class CancelTasksDto {
  /** @example ["01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00"] */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @IsUUID(undefined, { each: true })
  ids?: string[];

  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  @ApiPropertyOptional({
    enum: OPEN_STATES,
    isArray: true,
    description: 'Any of these; all that are open if left out.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(OPEN_STATES.length)
  @IsIn(OPEN_STATES, { each: true })
  state?: OpenState[];

  @IsOptional()
  @IsUUID()
  batchId?: string;

  /** Id of the user who asked for it. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  createdBy?: string;

  /** The schedule that it was queued for. */
  @IsOptional()
  @IsUUID()
  scheduleId?: string;

  /** Made at or after; a day from its beginning. */
  @IsOptional()
  @IsInstant({ required: false, example: undefined })
  from?: string;

  /** Made before; a day to its end. */
  @IsOptional()
  @IsInstant({ required: false, example: undefined })
  to?: string;

  /** Most tasks to stop of those that are found, the newest first. */
  @ApiPropertyOptional({ default: DEFAULT_LIMIT })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  /** `nextCursor` of the answer before. */
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  cursor?: string;

  /**
   * Only says what would become of each.
   * @example true
   */
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

const OUTCOMES = ['cancelled', 'requested', 'refused'] as const;

/** What became of a task, or with `dryRun` would. */
export class CancelVerdictDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  @ApiProperty({
    enum: OUTCOMES,
    example: 'cancelled',
    description:
      '`requested`: its runner is told to stop. Of a task that is already cancelled, or to be, the same is said again.',
  })
  outcome!: (typeof OUTCOMES)[number];
  @ApiPropertyOptional({ example: 'TASK.INVALID_STATE', description: 'Why it is refused.' })
  code?: string;
  detail?: string;
}

/** What became of tasks that were to be cancelled. */
export class CancelledTasksDto {
  @ApiProperty({ type: [CancelVerdictDto] })
  results!: CancelVerdictDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Of a search: goes on where this answer ended.' })
  nextCursor!: string | null;
}

export function toCancelRequest(body: CancelTasksDto): CancelRequest {
  const { ids, limit = DEFAULT_LIMIT, cursor, dryRun: isDryRun = false, state, from, to, ...search } = body;
  return {
    ids: ids?.map((id) => id.toLowerCase()),
    search: { ...search, states: state, ...toSpan({ from, to }) },
    limit,
    cursor,
    isDryRun,
  };
}

export function toCancelledTasksDto({ verdicts, nextCursor }: CancelledTasks): CancelledTasksDto {
  return { results: verdicts.map((verdict) => ({ ...verdict })), nextCursor };
}
