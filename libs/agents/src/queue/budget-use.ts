import type { AgentBudget } from '../registry/agent.js';
import type { TaskBudget } from '../tasks/task.js';

/**
 * What may keep a task from starting until a person lets it: what it may cost or take over all its attempts, what its agent may cost in a
 * day (UTC), and how often models may be called in an hour (UTC).
 */
export const BUDGETS = ['task_cost', 'task_tokens', 'daily_cost', 'hourly_calls'] as const;
export type BudgetName = (typeof BUDGETS)[number];

/** How far a budget is used. Costs are in millionths of a US dollar, the rest are numbers of tokens or calls. */
export interface BudgetUse {
  readonly budget: BudgetName;
  readonly limit: bigint;
  readonly spent: bigint;
  /** What tasks that run are expected to take of it yet. */
  readonly setAside: bigint;
  /** What an attempt is expected to take at most; `null` when nobody knows beforehand. */
  readonly asked: bigint | null;
  readonly isExceeded: boolean;
}

/** What a task consumed, may consume, and is expected to consume in an attempt. */
export interface Consumption {
  readonly budget: TaskBudget;
  readonly costMicros: bigint;
  readonly tokens: number;
  readonly estimateMicros: bigint | null;
  readonly estimateTokens: number | null;
}

/** What decides whether a task is within its budgets. */
export interface BudgetFacts {
  readonly task: Consumption;
  readonly agent: AgentBudget;
  /** What the agent cost today. */
  readonly dayMicros: bigint;
  /** Tasks of the agent that run. */
  readonly running: readonly Consumption[];
  /** Whether the task waits because of the hour's model calls. */
  readonly isForCalls: boolean;
  /** Consequential model calls of this hour, and how many it may see. */
  readonly calls: number;
  readonly maxCalls: number;
}

/** The budgets that bound a task, as the claim of work counts them: what nobody knows the price of asks for the least there is. */
export function budgetsOf({ task, agent, dayMicros, running, isForCalls, calls, maxCalls }: BudgetFacts): BudgetUse[] {
  const setAside = running.reduce((sum, one) => sum + reserveOf(one, agent), 0n);
  const uses: [BudgetName, limit: bigint | null, spent: bigint, asked: bigint | null, setAside: bigint][] = [
    ['task_cost', costLimitOf(task, agent), task.costMicros, task.estimateMicros, 0n],
    ['task_tokens', tokenLimitOf(task, agent), BigInt(task.tokens), bigintOf(task.estimateTokens), 0n],
    ['daily_cost', agent.dailyCostMicros, dayMicros, reserveOf(task, agent) || null, setAside],
    ['hourly_calls', isForCalls ? BigInt(maxCalls) : null, BigInt(calls), 1n, 0n],
  ];
  return uses.flatMap(([budget, limit, spent, asked, aside]) => {
    if (limit === null) return [];
    return { budget, limit, spent, setAside: aside, asked, isExceeded: spent + aside + (asked ?? 1n) > limit };
  });
}

/** What is set aside for an attempt: its estimate, else what is left of the task's budget. */
function reserveOf(task: Consumption, agent: AgentBudget): bigint {
  if (task.estimateMicros !== null) return task.estimateMicros;
  const left = (costLimitOf(task, agent) ?? task.costMicros) - task.costMicros;
  return left > 0n ? left : 0n;
}

function costLimitOf({ budget }: Consumption, agent: AgentBudget): bigint | null {
  return least(budget.maxCostMicros, agent.maxCostMicros);
}

function tokenLimitOf({ budget }: Consumption, agent: AgentBudget): bigint | null {
  return least(bigintOf(budget.maxTokens), bigintOf(agent.maxTokens));
}

function least(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function bigintOf(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}
