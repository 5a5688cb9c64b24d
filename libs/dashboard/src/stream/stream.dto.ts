import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayUnique, IsIn, IsOptional, Matches } from 'class-validator';
import { type Topic, TOPICS } from './topic.js';

/** What to read, and from where on. */
export class StreamQueryDto {
  @ApiPropertyOptional({
    type: 'string',
    example: 'tasks,errors',
    description: `Some of \`${TOPICS.join('`, `')}\`, separated by commas; all that your role may read when left out.`,
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @ArrayUnique()
  @IsIn(TOPICS, { each: true })
  topics?: Topic[];

  /** Like the header `Last-Event-ID`, for those who cannot send one. */
  @ApiPropertyOptional({ type: 'string', example: '1042.7' })
  @IsOptional()
  @Matches(/^\d{1,15}(\.\d{1,6})?$/)
  lastEventId?: string;
}

/** `event: tasks` and `event: approvals`. */
export class TaskNewsDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example scanner */
  agent!: string;
  /** @example succeeded */
  state!: string;
}

/** `event: errors`. */
export class ErrorNewsDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  groupId!: string;
  @ApiProperty({ enum: ['open', 'resolved', 'ignored', 'regressed'], example: 'open' })
  status!: string;
  /** @example 42 */
  count!: number;
}

/** `event: skipped`. */
export class SkippedNewsDto {
  @ApiProperty({ enum: TOPICS, example: 'tasks' })
  topic!: Topic;
}

function splitList(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}
