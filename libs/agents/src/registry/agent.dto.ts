import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQueryDto } from '#platform/http';
import { AGENT_KINDS, type AgentKind } from '../runners/agent-kinds.js';
import { AGENT_STATUSES, type Agent, type AgentStatus } from './agent.js';
import { dollarsOf } from '../tasks/cost.js';
import type { JsonObject } from '../tasks/task.js';
import { EXECUTOR_ROLES, type ExecutorRole } from '../tasks/task-access.js';
import { BudgetDto, RateLimitDto, RetryPolicyDto } from './agent-limits.dto.js';

/** Which agents to list; everything given must hold. */
export class AgentQueryDto extends PageQueryDto {
  /**
   * Capabilities that the agent must have, all of them; repeat it or separate by commas.
   * @example ["scan"]
   */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => splitList(value))
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  capability?: string[];

  /** @example core */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  category?: string;

  @ApiPropertyOptional({ enum: AGENT_KINDS })
  @IsOptional()
  @IsIn(AGENT_KINDS)
  kind?: AgentKind;

  @ApiPropertyOptional({ enum: AGENT_STATUSES })
  @IsOptional()
  @IsIn(AGENT_STATUSES)
  status?: AgentStatus;

  /**
   * Part of slug, name or description, in whatever case.
   * @example seo
   */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  text?: string;
}

/** An agent. */
export class AgentDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example invoice-reader */
  slug!: string;
  /** @example Invoice Reader */
  name!: string;
  description!: string;
  /** @example ecommerce */
  category!: string;
  @ApiProperty({ enum: AGENT_KINDS, example: 'http' })
  kind!: AgentKind;
  /** @example ["invoices","reporting"] */
  capabilities!: string[];
  dependencies!: string[];
  /** @example 3 */
  priority!: number;
  @ApiProperty({ enum: EXECUTOR_ROLES, example: 'API_USER' })
  minimumRole!: ExecutorRole;
  /** @example 5 */
  concurrency!: number;
  @ApiProperty({ type: RateLimitDto, nullable: true })
  rateLimit!: RateLimitDto | null;
  /** @example 300 */
  timeoutSeconds!: number;
  retryPolicy!: RetryPolicyDto;
  budget!: BudgetDto;
  /** Holds `secret` in the answer that sets it, and never again. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  config!: JsonObject;
  @ApiProperty({ enum: AGENT_STATUSES, example: 'healthy' })
  status!: AgentStatus;
  /** Since when it starts no tasks; absent while it does. */
  pausedAt?: string;
  /** Id of the user who paused it; absent of pauses from before that was kept. */
  pausedBy?: string;
  /** @example 1.0.0 */
  version!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  updatedAt!: string;
}

/** A page of agents, by slug. */
export class AgentPageDto {
  @ApiProperty({ type: [AgentDto] })
  items!: AgentDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export function toAgentDto(agent: Agent, secret?: string): AgentDto {
  const { budget, createdAt, updatedAt, pausedAt, pausedBy, config, ...same } = agent;
  return {
    ...same,
    capabilities: [...agent.capabilities],
    dependencies: [...agent.dependencies],
    budget: {
      ...(budget.maxCostMicros !== null && { maxCost: dollarsOf(budget.maxCostMicros) }),
      ...(budget.dailyCostMicros !== null && { dailyCost: dollarsOf(budget.dailyCostMicros) }),
      ...(budget.maxTokens !== null && { maxTokens: budget.maxTokens }),
    },
    ...(pausedAt && { pausedAt: pausedAt.toISOString() }),
    ...(pausedBy !== null && { pausedBy }),
    config: { ...config, ...(secret !== undefined && { secret }) },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A list in an address: a parameter that is repeated, or one whose values commas separate. */
export function splitList(value: unknown): unknown {
  const split = (text: unknown): unknown =>
    typeof text === 'string' ? text.split(',').map((item) => item.trim()) : text;
  return Array.isArray(value) ? value.flatMap(split) : split(value);
}
