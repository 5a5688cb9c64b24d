import type { TaskFailure } from './task.js';
import type { TaskState } from './task-state.js';

/** How often and how patiently a task is tried again. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/** A failed attempt. */
export interface FailedAttempt {
  readonly failure: TaskFailure;
  /** Whether another attempt can help. */
  readonly retryable: boolean;
  /** Shortest wait that the agent asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether it asked so of everything that is sent to it, not only of this task. */
  readonly holdsBack?: boolean | undefined;
  /** A failure with its cause elsewhere (bad parameters, a worker that was killed) says nothing about the agent's health. */
  readonly blame: 'agent' | 'elsewhere';
}

const MAX_CODE = 100;
const MAX_MESSAGE = 1_000;

/** A failure as it is kept: whoever failed at length shall not work again only for having said so. */
export function toKept({ code, message }: TaskFailure): TaskFailure {
  return {
    code: cut(code, MAX_CODE) || 'AGENT.EXECUTION_FAILED',
    message: cut(message, MAX_MESSAGE) || 'The agent gave no reason',
  };
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // The cut may halve a character.
  return `${text.slice(0, length - 1).toWellFormed()}…`;
}

/** What becomes of a task after a failed attempt. */
export type Verdict =
  | { readonly state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'> }
  | { readonly state: 'queued'; readonly delayMs: number };

/** No wait asked for by an agent is longer than this. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Delay before the next attempt: exponential with "full jitter" over the upper half, so that tasks which failed together do
 * not come back together.
 *
 * @param attempt attempts made so far, from 1
 * @param random from 0 (inclusive) to 1
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** Decides after a failed attempt: again, final, out of attempts, or cancelled if that was asked for meanwhile. */
export function judge(
  attempt: FailedAttempt,
  task: { readonly attempt: number; readonly isCancelRequested: boolean },
  policy: RetryPolicy,
  random: number,
): Verdict {
  if (task.isCancelRequested) return { state: 'cancelled' };
  if (!attempt.retryable) return { state: 'failed' };
  if (task.attempt >= policy.maxAttempts) return { state: 'dead' };
  const asked = Math.min(attempt.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return { state: 'queued', delayMs: Math.max(asked, backoffMs(policy, task.attempt, random)) };
}
