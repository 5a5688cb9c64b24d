import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { dollarsOf } from '../tasks/cost.js';
import { type AgentHour, p95Of } from './agent-hour.js';
import { MOST_HOURS } from './agent-history.service.js';

/** How far back. */
export class AgentHistoryQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST_HOURS,
    default: 24,
    description: 'Hours to look back, this one included.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_HOURS)
  hours: number = 24;
}

/** What an agent did in an hour (UTC): of tasks that were begun and ended in it. */
export class AgentHourDto {
  /**
   * Beginning of the hour.
   * @example 2026-11-24T12:00:00.000Z
   */
  timestamp!: string;
  /**
   * Tasks that succeeded, failed or died.
   * @example 42
   */
  runs!: number;
  /**
   * Those that failed or died.
   * @example 1
   */
  failures!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 182,
    description: 'P95 of the time of their last attempts, in milliseconds, within 2 %.',
  })
  p95Ms!: number | null;
  /**
   * What they took over all their attempts, those that were cancelled too.
   * @example 12040
   */
  tokens!: number;
  /**
   * What they cost, likewise, in US dollars.
   * @example "0.42"
   */
  cost!: string;
}

/** What an agent did, by the hour, oldest first. Hours in which nothing ended are left out. */
export class AgentHistoryDto {
  @ApiProperty({ type: [AgentHourDto] })
  items!: AgentHourDto[];
}

export function toAgentHourDto(one: AgentHour): AgentHourDto {
  const { hour, runs, failures, tokens, costMicros } = one;
  return { timestamp: hour.toISOString(), runs, failures, p95Ms: p95Of(one), tokens, cost: dollarsOf(costMicros) };
}
