import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { IsInstant, PageQueryDto, readEnd } from '#platform/http';
import { TaskSummaryDto } from '../queue/task.dto.js';
import { splitList } from '../registry/agent.dto.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';
import type { TaskSearch } from './task-search.service.js';

/** Which tasks to list; everything given must hold. */
export class TaskQueryDto extends PageQueryDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  @ApiPropertyOptional({
    enum: TASK_STATES,
    isArray: true,
    description: 'Any of these states; repeat it or separate by commas.',
    example: ['failed', 'dead'],
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @IsArray()
  @ArrayMaxSize(TASK_STATES.length)
  @IsIn(TASK_STATES, { each: true })
  state?: TaskState[];

  @IsOptional()
  @IsUUID()
  batchId?: string;

  /** Id of the user who asked for it, or in whose name a schedule did. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  createdBy?: string;

  /** The schedule that it was queued for. */
  @IsOptional()
  @IsUUID()
  scheduleId?: string;

  /** Those that one request, task or job run asked for. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  correlationId?: string;

  /** Made at or after; a day from its beginning. */
  @IsOptional()
  @IsInstant({ required: false })
  from?: string;

  /** Made before; a day to its end. */
  @IsOptional()
  @IsInstant({ required: false })
  to?: string;

  /**
   * Part of the first 500 characters of the description, in whatever case.
   * @example invoice 2026
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(/[\p{L}\p{N}]{3}/u, { message: 'text must have three letters or digits in a row' })
  text?: string;
}

/** Which tasks to count; everything given must hold. */
export class TaskCountQueryDto extends OmitType(TaskQueryDto, [
  'state',
  'text',
  'correlationId',
  'limit',
  'cursor',
] as const) {}

/** How many tasks are in a state. */
export class StateCountDto {
  @ApiProperty({ enum: TASK_STATES, example: 'failed' })
  state!: TaskState;
  /**
   * At most 1,000.
   * @example 12
   */
  count!: number;
  /**
   * Whether there are more than that.
   * @example false
   */
  isMore!: boolean;
}

/** How many tasks are in each state, in the order of a life. */
export class TaskCountsDto {
  @ApiProperty({ type: [StateCountDto] })
  items!: StateCountDto[];
}

/** A page of tasks, newest first. */
export class TaskPageDto {
  @ApiProperty({ type: [TaskSummaryDto] })
  items!: TaskSummaryDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

type Searched = TaskCountQueryDto & Pick<TaskQueryDto, 'state'>;

export function toTaskSearch({ state, from, to, ...search }: Searched): TaskSearch {
  return { ...search, states: state, ...toSpan({ from, to }) };
}

/** A span of time as it was written: a day is the whole day. */
export function toSpan({ from, to }: Pick<TaskQueryDto, 'from' | 'to'>): Pick<TaskSearch, 'from' | 'to'> {
  return { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : readEnd(to) };
}
