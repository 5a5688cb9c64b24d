import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { Clearable, IsOneLine, PageQueryDto, Required } from '#platform/http';
import { AGENT_KINDS, type AgentKind } from '../runners/agent-kinds.js';
import {
  AGENT_DEFAULTS,
  AGENT_STATUSES,
  type Agent,
  type AgentBudget,
  type AgentDefinition,
  type AgentStatus,
} from './agent.js';
import { DOLLARS, dollarsOf, microsOf } from '../tasks/cost.js';
import { type JsonObject, MAX_TIMEOUT_SECONDS } from '../tasks/task.js';
import { EXECUTOR_ROLES, type ExecutorRole } from '../tasks/task-access.js';

/** A slug: lower-case letters, digits and hyphens. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]{1,40})?$/;
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

/** What may be changed of an agent. */
export class UpdateAgentDto {
  /** @example Invoice Reader */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(100)
  name?: string;

  /** @example Reads invoices and finds what is owed. */
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  description?: string;

  /** @example ecommerce */
  @IsOptional()
  @IsString()
  @Matches(WORD)
  category?: string;

  @ApiPropertyOptional({ enum: AGENT_KINDS, example: 'http' })
  @IsOptional()
  @IsIn(AGENT_KINDS)
  kind?: AgentKind;

  /** @example ["invoices","reporting"] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Matches(WORD, { each: true })
  capabilities?: string[];

  /**
   * Slugs of agents whose work this one builds on.
   * @example ["scanner"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @Matches(SLUG, { each: true })
  dependencies?: string[];

  /**
   * 1 critical, 2 high, 3 medium, 4 low.
   * @example 3
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(4)
  priority?: number;

  /** Role that giving the agent work needs. */
  @ApiPropertyOptional({ enum: EXECUTOR_ROLES, example: 'API_USER' })
  @IsOptional()
  @IsIn(EXECUTOR_ROLES)
  minimumRole?: ExecutorRole;

  /**
   * Most tasks that run at the same time, over all processes.
   * @example 5
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  concurrency?: number;

  /** Most starts in a window; `null` removes the limit. */
  @ApiPropertyOptional({ type: RateLimitDto, nullable: true })
  @Clearable()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitDto)
  rateLimit?: RateLimitDto | null;

  /**
   * Time of one attempt, when the task does not say.
   * @example 300
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_TIMEOUT_SECONDS)
  timeoutSeconds?: number;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RetryPolicyDto)
  retryPolicy?: RetryPolicyDto;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => BudgetDto)
  budget?: BudgetDto;

  /**
   * By kind. `http`: `url`, and optionally `secret` (16 to 255 characters; made when left out). `internal`: `handler`. `llm`:
   * `provider`, `promptTemplate`, and optionally `model`, `system`, `maxTokens`, `temperature`, `secret` (a key of the provider). `worker`: nothing.
   */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { url: 'https://agents.example.com/invoices' },
  })
  @IsOptional()
  @IsObject()
  config?: JsonObject;

  /** @example 1.0.0 */
  @IsOptional()
  @IsString()
  @Matches(VERSION)
  version?: string;
}

/** An agent to register. */
export class CreateAgentDto extends UpdateAgentDto {
  /**
   * Unique; part of the agent's addresses.
   * @example invoice-reader
   */
  @IsString()
  @Matches(SLUG, { message: 'slug must be 1 to 50 lower-case letters, digits and hyphens' })
  slug!: string;

  /** @example Invoice Reader */
  @Required()
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(100)
  declare name: string;

  /** @example ecommerce */
  @Required()
  @IsString()
  @Matches(WORD)
  declare category: string;

  @Required()
  @ApiProperty({ enum: AGENT_KINDS, example: 'http' })
  @IsIn(AGENT_KINDS)
  declare kind: AgentKind;
}

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
  const { budget, createdAt, updatedAt, config, ...same } = agent;
  return {
    ...same,
    capabilities: [...agent.capabilities],
    dependencies: [...agent.dependencies],
    budget: {
      ...(budget.maxCostMicros !== null && { maxCost: dollarsOf(budget.maxCostMicros) }),
      ...(budget.dailyCostMicros !== null && { dailyCost: dollarsOf(budget.dailyCostMicros) }),
      ...(budget.maxTokens !== null && { maxTokens: budget.maxTokens }),
    },
    config: { ...config, ...(secret !== undefined && { secret }) },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A definition with defaults for what the request leaves out. */
export function toDefinition({ budget, ...dto }: CreateAgentDto): AgentDefinition {
  const given = Object.fromEntries(Object.entries(dto).filter(([, value]) => value !== undefined));
  return {
    ...AGENT_DEFAULTS,
    ...(given as unknown as CreateAgentDto),
    budget: toBudget(budget ?? {}),
  };
}

/** A change: what is given. */
export function toChanges({ budget, ...dto }: UpdateAgentDto): Partial<AgentDefinition> {
  const given = Object.fromEntries(Object.entries(dto).filter(([, value]) => value !== undefined));
  return {
    ...(given as Partial<AgentDefinition>),
    ...(budget && { budget: toBudget(budget) }),
  };
}

function toBudget({ maxCost, dailyCost, maxTokens }: BudgetDto): AgentBudget {
  return {
    maxCostMicros: maxCost === undefined ? null : microsOf(maxCost),
    dailyCostMicros: dailyCost === undefined ? null : microsOf(dailyCost),
    maxTokens: maxTokens ?? null,
  };
}

function splitList(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}
