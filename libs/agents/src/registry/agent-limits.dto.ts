import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { AgentBudget } from './agent.js';
import { DOLLARS, microsOf } from '../tasks/cost.js';

const MAX_INT = 2_147_483_647;

/** At most so many starts in a window of time. */
export class RateLimitDto {
  /** @example 100 */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  limit!: number;

  /** @example 60 */
  @IsInt()
  @Min(1)
  @Max(86_400)
  windowSeconds!: number;
}

/** How often and how patiently a task is tried again. */
export class RetryPolicyDto {
  /**
   * Attempts in all; 1 never retries.
   * @example 3
   */
  @IsInt()
  @Min(1)
  @Max(100)
  maxAttempts!: number;

  /**
   * Wait before the second attempt; doubled for each further one.
   * @example 1000
   */
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  initialDelayMs!: number;

  /** @example 60000 */
  @IsInt()
  @Min(0)
  @Max(86_400_000)
  maxDelayMs!: number;
}

/** What an agent may cost; what is left out is not limited. */
export class BudgetDto {
  /**
   * US dollars for one task.
   * @example "0.50"
   */
  @IsOptional()
  @IsString()
  @Matches(DOLLARS, { message: 'maxCost must be a decimal text with at most six decimals' })
  maxCost?: string;

  /**
   * US dollars a day (UTC).
   * @example "25.00"
   */
  @IsOptional()
  @IsString()
  @Matches(DOLLARS, { message: 'dailyCost must be a decimal text with at most six decimals' })
  dailyCost?: string;

  /**
   * Tokens for one task.
   * @example 20000
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  maxTokens?: number;
}

/** The budget as the claim counts it; what is left out is not limited. */
export function toBudget({ maxCost, dailyCost, maxTokens }: BudgetDto): AgentBudget {
  return {
    maxCostMicros: maxCost === undefined ? null : microsOf(maxCost),
    dailyCostMicros: dailyCost === undefined ? null : microsOf(dailyCost),
    maxTokens: maxTokens ?? null,
  };
}
