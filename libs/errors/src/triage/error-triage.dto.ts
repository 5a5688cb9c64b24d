import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { Clearable, IsInstant } from '#platform/http';
import { ErrorGroupDto } from '../groups/error-group.dto.js';

/** What a person decides about a group; an absent field stays, `null` empties it. */
export class TriageGroupDto {
  @ApiPropertyOptional({ enum: ['open', 'resolved', 'ignored'] })
  @IsOptional()
  @IsIn(['open', 'resolved', 'ignored'])
  status?: 'open' | 'resolved' | 'ignored';

  @ApiPropertyOptional({ type: String, nullable: true, example: 'Fixed by retrying' })
  @Clearable()
  @IsString()
  @MaxLength(10_000)
  notes?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '2.4.2',
    description: 'Release with the fix; recurrences in older ones are no regression.',
  })
  @Clearable()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  inRelease?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: '2026-12-01T00:00:00.000Z' })
  @Clearable()
  @IsInstant({ required: false, description: 'When the group opens again; a date means the end of its day in UTC.' })
  ignoreUntil?: string | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 100,
    description: 'Further occurrences after which the group opens again.',
  })
  @Clearable()
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  ignoreCount?: number | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'payments-team' })
  @Clearable()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  assignee?: string | null;
}

/** What can be done to several groups at once. */
export const BULK_ACTIONS = ['resolve', 'ignore', 'reopen', 'assign', 'merge', 'unmerge'] as const;

/** One decision for several groups; it is taken for all of them or for none. */
export class BulkTriageDto extends OmitType(TriageGroupDto, ['status'] as const) {
  @ApiProperty({ type: [String], example: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsUUID('all', { each: true })
  ids!: string[];

  @ApiProperty({ enum: BULK_ACTIONS })
  @IsIn(BULK_ACTIONS)
  action!: (typeof BULK_ACTIONS)[number];

  @ApiPropertyOptional({
    type: String,
    example: '01980f5e-7c1a-7d3e-9a51-0242ac120003',
    description: 'For `merge`: the group that takes the others in.',
  })
  @IsOptional()
  @IsUUID()
  into?: string;
}

/** The groups as they are after a decision. */
export class BulkTriageResultDto {
  @ApiProperty({ type: [ErrorGroupDto] })
  items!: ErrorGroupDto[];
}
