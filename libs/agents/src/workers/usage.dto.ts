import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { DOLLARS, microsOf } from '../tasks/cost.js';

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
