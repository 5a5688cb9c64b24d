import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { dollarsOf } from '../tasks/cost.js';
import { type BudgetName, BUDGETS, type BudgetUse } from './budget-use.js';
import { type Blocker, BLOCKERS, type Explanation } from './task-blocker.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';

const REDRIVABLE = ['dead', 'failed'] as const;

const UNITS = { task_cost: 'USD', task_tokens: 'tokens', daily_cost: 'USD', hourly_calls: 'calls' } as const;

/** A budget that bounds a task, and how far it is used. Numbers are decimal texts, of dollars with their fractions. */
export class BudgetUseDto {
  @ApiProperty({
    enum: BUDGETS,
    example: 'task_cost',
    description:
      '`task_cost`, `task_tokens`: of the task over all its attempts, its own limit or the agent’s. `daily_cost`: of the agent today (UTC). ' +
      '`hourly_calls`: consequential model calls of all agents in this hour (UTC).',
  })
  budget!: BudgetName;
  @ApiProperty({ enum: [...new Set(Object.values(UNITS))], example: 'USD' })
  unit!: (typeof UNITS)[BudgetName];
  /** @example "0.50" */
  limit!: string;
  /** @example "0.42" */
  spent!: string;
  /**
   * What tasks that run are expected to take of it yet.
   * @example "0.00"
   */
  setAside!: string;
  @ApiPropertyOptional({
    example: '0.12',
    description: 'What an attempt is expected to take at most; absent when nobody knows beforehand.',
  })
  asked?: string;
  /**
   * Whether it would exceed this one if it started now.
   * @example true
   */
  isExceeded!: boolean;
}

/** Why a task is where it is. */
export class ExplanationDto {
  @ApiProperty({ enum: TASK_STATES, example: 'queued' })
  state!: TaskState;
  /** The first thing that would have to change; absent when the task does not wait. */
  @ApiPropertyOptional({ enum: BLOCKERS, example: 'concurrency' })
  reason?: Blocker;
  /** @example 3 of at most 3 tasks run at this time */
  detail!: string;
  /**
   * Place in the queue of its agent; 1 is next.
   * @example 4
   */
  position?: number;
  /** Exact where it follows from a setting, else from the usual time of the agent's tasks. */
  @ApiPropertyOptional({ example: '2026-11-24T12:00:00.000Z' })
  estimatedStartAt?: string;
  /** Of a task that waits for approval: all that bound it, as they are now. */
  @ApiPropertyOptional({ type: [BudgetUseDto] })
  budgets?: BudgetUseDto[];
}

/** Why a task is to start all the same. */
export class ApproveTaskDto {
  /**
   * Kept in the record of the task, and in the audit trail.
   * @example The customer waits for it
   */
  @IsOptional()
  @IsString()
  @Matches(/\S/, { message: 'reason must say something' })
  @MaxLength(1000)
  reason?: string;
}

/** Why a task is not to start. */
export class RefuseTaskDto {
  /**
   * Shown to whoever asked for it, as the `error` of the task.
   * @example The budget of this month is spent
   */
  @IsString()
  @Matches(/\S/, { message: 'reason must say something' })
  @MaxLength(1000)
  reason!: string;
}

/** Which tasks to queue again; everything given must hold. */
export class RedriveDto {
  /** @example scanner */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  agent?: string;

  @ApiPropertyOptional({ enum: REDRIVABLE, default: 'dead' })
  @IsOptional()
  @IsIn(REDRIVABLE)
  state?: (typeof REDRIVABLE)[number];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1000)
  @IsUUID(undefined, { each: true })
  ids?: string[];

  /**
   * Most tasks to queue.
   * @example 100
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  /**
   * Only says how many it would be.
   * @example false
   */
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

/** What was queued again, or with `dryRun` would be. */
export class RedrivenDto {
  /** @example 12 */
  redriven!: number;
}

export function toExplanationDto({ estimatedStartAt, budgets, ...explanation }: Explanation): ExplanationDto {
  return {
    ...explanation,
    estimatedStartAt: estimatedStartAt?.toISOString(),
    ...(budgets && { budgets: budgets.map(toBudgetUseDto) }),
  };
}

function toBudgetUseDto({ budget, limit, spent, setAside, asked, isExceeded }: BudgetUse): BudgetUseDto {
  const unit = UNITS[budget];
  const shown = (amount: bigint): string => (unit === 'USD' ? dollarsOf(amount) : String(amount));
  return {
    budget,
    unit,
    limit: shown(limit),
    spent: shown(spent),
    setAside: shown(setAside),
    ...(asked !== null && { asked: shown(asked) }),
    isExceeded,
  };
}
