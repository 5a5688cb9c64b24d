import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
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
import { Clearable, IsOneLine, Required } from '#platform/http';
import { AGENT_KINDS, type AgentKind } from '../runners/agent-kinds.js';
import { AGENT_DEFAULTS, type AgentDefinition } from './agent.js';
import { type JsonObject, MAX_TIMEOUT_SECONDS } from '../tasks/task.js';
import { EXECUTOR_ROLES, type ExecutorRole } from '../tasks/task-access.js';
import { BudgetDto, RateLimitDto, RetryPolicyDto, toBudget } from './agent-limits.dto.js';

/** A slug: lower-case letters, digits and hyphens. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]{1,40})?$/;

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
