import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { IsInstant, PageQueryDto } from '#platform/http';
import { ERROR_CATEGORIES, type ErrorCategory, SEVERITIES, type Severity } from '#platform/kernel';
import { type ErrorGroup, GROUP_SORTS, type GroupSort } from './error-group.js';
import { GROUP_STATUSES, type GroupStatus } from '../grouping/group-status.js';

/** Filters and order of the list of groups. */
export class ErrorGroupQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: SEVERITIES })
  @IsOptional()
  @IsIn(SEVERITIES)
  severity?: Severity;

  @ApiPropertyOptional({ enum: ERROR_CATEGORIES })
  @IsOptional()
  @IsIn(ERROR_CATEGORIES)
  category?: ErrorCategory;

  @ApiPropertyOptional({ enum: GROUP_STATUSES })
  @IsOptional()
  @IsIn(GROUP_STATUSES)
  status?: GroupStatus;

  /** @example shop */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  service?: string;

  /**
   * Seen in this release.
   * @example 2.4.1
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  release?: string;

  /**
   * Seen in this environment.
   * @example production
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  environment?: string;

  /**
   * Seen at or after this time; a date means its beginning in UTC.
   * @example 2026-11-24T00:00:00.000Z
   */
  @IsOptional()
  @IsInstant({ required: false })
  since?: string;

  /**
   * Part of the title or of the place, in any case.
   * @example declined
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  text?: string;

  /** Descending. */
  @ApiPropertyOptional({ enum: GROUP_SORTS, default: 'lastSeen' })
  @IsOptional()
  @IsIn(GROUP_SORTS)
  sort: GroupSort = 'lastSeen';
}

/** Why occurrences are in one group. */
export class GroupingReasonDto {
  /**
   * Version of the rules.
   * @example g1
   */
  version!: string;
  @ApiProperty({ enum: ['fingerprint', 'stack', 'message'] })
  basis!: 'fingerprint' | 'stack' | 'message';
  /**
   * Two occurrences with the same parts are in one group.
   * @example ["type:PaymentDeclinedError", "frame:payments|charge"]
   */
  parts!: string[];
  /** @example Same kind of failure from the same place */
  explanation!: string;
}

/** Occurrences that are the same failure. */
export class ErrorGroupDto {
  /** @example 01980f5e-7c1a-7d3e-9a51-0242ac120002 */
  id!: string;
  /** @example PaymentDeclinedError: The card was declined by the issuer */
  title!: string;
  /**
   * Where it happens.
   * @example charge (src/payments.ts)
   */
  culprit!: string;
  @ApiProperty({ enum: SEVERITIES, description: 'The gravest seen.' })
  severity!: Severity;
  @ApiProperty({ enum: ERROR_CATEGORIES })
  category!: ErrorCategory;
  @ApiProperty({ enum: GROUP_STATUSES })
  status!: GroupStatus;
  /**
   * Occurrences, ever.
   * @example 17
   */
  count!: number;
  /** @example 2026-11-23T08:00:00.000Z */
  firstSeen!: string;
  /** @example 2026-11-24T10:15:30.000Z */
  lastSeen!: string;
  /** @example shop */
  service!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Release it was seen in last.', example: '2.4.1' })
  release!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'payments-team' })
  assignee!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Fixed by retrying' })
  notes!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  resolvedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  resolvedInRelease!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  regressedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  ignoreUntil!: string | null;
  @ApiProperty({ type: Number, nullable: true, example: null })
  ignoreCount!: number | null;
  why!: GroupingReasonDto;
}

/** A page of groups. */
export class ErrorGroupPageDto {
  @ApiProperty({ type: [ErrorGroupDto] })
  items!: ErrorGroupDto[];
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

export function toErrorGroupDto(group: ErrorGroup): ErrorGroupDto {
  return {
    ...group,
    why: { ...group.why, parts: [...group.why.parts] },
    firstSeen: group.firstSeen.toISOString(),
    lastSeen: group.lastSeen.toISOString(),
    resolvedAt: group.resolvedAt?.toISOString() ?? null,
    regressedAt: group.regressedAt?.toISOString() ?? null,
    ignoreUntil: group.ignoreUntil?.toISOString() ?? null,
  };
}
