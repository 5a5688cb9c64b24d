import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { type ErrorStatistics } from './error-statistics.service.js';
import { ErrorGroupDto, toErrorGroupDto } from '../groups/error-group.dto.js';

/** Span of the statistics. */
export class ErrorStatisticsQueryDto {
  /**
   * Full hours, the current one included.
   * @example 24
   */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2160)
  hours: number = 24;
}

/** What became of every report; `received` is the sum of the others. */
export class ConservationDto {
  /** @example 1203 */
  received!: number;
  /** @example 1200 */
  stored!: number;
  /** @example 1 */
  duplicate!: number;
  /** @example 0 */
  quarantined!: number;
  /** @example 2 */
  backlog!: number;
  /** @example 0 */
  refused!: number;
}

/** What became of the events of a project. */
export class ProjectConservationDto extends ConservationDto {
  /** @example 1 */
  id!: number;
  /** @example shop */
  name!: string;
  /**
   * Events that senders dropped by their own account; they never came here.
   * @example 0
   */
  lostBySender!: number;
}

/** Occurrences of an hour. */
export class HourCountDto {
  /** @example 2026-11-24T10:00:00.000Z */
  hour!: string;
  /** @example 12 */
  count!: number;
}

/** A group that was seen often in the span. */
export class TopGroupDto extends ErrorGroupDto {
  /**
   * Occurrences in the span.
   * @example 9
   */
  countInSpan!: number;
}

const COUNTS = { type: 'object', additionalProperties: { type: 'integer' } } as const;

/** How errors went over a span of hours. */
export class ErrorStatisticsDto {
  /**
   * Occurrences in the span.
   * @example 120
   */
  total!: number;
  /**
   * Groups that are resolved now.
   * @example 4
   */
  resolved!: number;
  /**
   * Groups first seen since midnight UTC.
   * @example 2
   */
  newToday!: number;
  @ApiProperty({ ...COUNTS, example: { high: 100, low: 20 } })
  bySeverity!: Record<string, number>;
  @ApiProperty({ ...COUNTS, example: { database: 100, security: 20 } })
  byCategory!: Record<string, number>;
  @ApiProperty({ ...COUNTS, example: { shop: 120 } })
  byService!: Record<string, number>;
  @ApiProperty({ type: [HourCountDto] })
  series!: HourCountDto[];
  @ApiProperty({ type: [TopGroupDto] })
  topGroups!: TopGroupDto[];
  conservation!: ConservationDto;
  @ApiProperty({ type: [ProjectConservationDto] })
  projects!: ProjectConservationDto[];
}

export function toErrorStatisticsDto(statistics: ErrorStatistics): ErrorStatisticsDto {
  const { total, resolved, newToday, bySeverity, byCategory, byService, series, topGroups, conservation, projects } =
    statistics;
  return {
    total,
    resolved,
    newToday,
    bySeverity,
    byCategory,
    byService,
    series: series.map(({ hour, count }) => ({ hour: hour.toISOString(), count })),
    topGroups: topGroups.map(({ group, count }) => ({ ...toErrorGroupDto(group), countInSpan: count })),
    conservation,
    projects,
  };
}
