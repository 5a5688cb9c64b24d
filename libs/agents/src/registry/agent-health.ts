import { type AgentKind, rulesOf } from '../runners/agent-kinds.js';
import type { AgentStatus, ResultStatus } from './agent.js';

/** How an agent has been doing, as far as decisions need it. */
export interface AgentCondition {
  readonly status: ResultStatus;
  /** Share of attempts that succeeded, from 0 to 1, weighted towards the latest; `null` before the first. */
  readonly successRate: number | null;
  /** Failures since the last success. */
  readonly consecutiveFailures: number;
  /** Attempts that the rate rests on, up to as many as weigh the same. */
  readonly ratedAttempts: number;
}

/** Consecutive failures after which the agent is left alone. */
export const CIRCUIT_THRESHOLD = 5;

/** How long it is left alone before one task may try again, in seconds. */
export const CIRCUIT_OPEN_SECONDS = 60;

/** So many first attempts weigh the same; from then on the latest weighs as much as one of so many, and about the last twenty count. */
const EQUAL_ATTEMPTS = 10;

const FAILED_BELOW = 0.5;
const DEGRADED_BELOW = 0.8;
const HEALTHY_FROM = 0.95;

/** A worker that was not heard of for longer is not there; those that wait for tasks ask at least every thirty seconds. */
export const WORKER_ALIVE_SECONDS = 60;

/** What is known of an agent at a time: its results, and what was done to it. */
export interface AgentSigns {
  readonly status: ResultStatus;
  readonly circuitOpenUntil: Date | null;
  readonly pausedAt: Date | null;
  readonly workerSeenAt: Date | null;
}

/** Whether the circuit breaker keeps tasks from starting. */
export function isCircuitOpen({ circuitOpenUntil }: AgentSigns, now: Date): boolean {
  return circuitOpenUntil !== null && circuitOpenUntil > now;
}

/** Whether a worker of it was heard of lately. */
export function isWorkerAlive({ workerSeenAt }: AgentSigns, now: Date): boolean {
  return workerSeenAt !== null && now.getTime() - workerSeenAt.getTime() <= WORKER_ALIVE_SECONDS * 1000;
}

/**
 * The status people see: paused beats everything, an open circuit is a failed agent, and one whose workers have all gone is offline.
 */
export function statusOf(kind: AgentKind, signs: AgentSigns, now: Date): AgentStatus {
  if (signs.pausedAt !== null) return 'paused';
  if (isCircuitOpen(signs, now)) return 'failed';
  const hasGone = signs.workerSeenAt !== null && !isWorkerAlive(signs, now);
  return rulesOf(kind).isLeased && hasGone ? 'offline' : signs.status;
}

/**
 * The condition after one more attempt. An agent under 50 % is failed, under 80 % degraded; one that comes back from there is
 * recovering until its rate is good again.
 */
export function afterAttempt(before: AgentCondition, isSuccess: boolean): AgentCondition {
  const outcome = isSuccess ? 1 : 0;
  const ratedAttempts = Math.min(before.ratedAttempts + 1, EQUAL_ATTEMPTS);
  const rate = before.successRate ?? 0;
  const successRate = rate + (outcome - rate) / ratedAttempts;
  return {
    status: statusAfter(before.status, successRate),
    successRate,
    consecutiveFailures: isSuccess ? 0 : before.consecutiveFailures + 1,
    ratedAttempts,
  };
}

/** Whether one more success would change nothing: then the row is not touched, and successes do not queue for it. */
export function isSteady(condition: AgentCondition): boolean {
  const { status, consecutiveFailures, successRate, ratedAttempts } = condition;
  const isGood = status === 'healthy' && consecutiveFailures === 0 && (successRate ?? 0) > 0.995;
  return isGood && ratedAttempts === EQUAL_ATTEMPTS;
}

function statusAfter(before: ResultStatus, rate: number): ResultStatus {
  if (rate < FAILED_BELOW) return 'failed';
  if (rate < DEGRADED_BELOW) return 'degraded';
  const wasUnwell = before === 'failed' || before === 'degraded' || before === 'recovering';
  return wasUnwell && rate < HEALTHY_FROM ? 'recovering' : 'healthy';
}
