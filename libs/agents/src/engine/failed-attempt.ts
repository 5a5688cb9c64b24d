import { AppException } from '#platform/kernel';
import { AttemptFailedException } from '../tasks/agents.exceptions.js';
import type { FailedAttempt } from '../tasks/task-failure.js';
import type { Usage } from '../tasks/usage.js';
import type { StopCause } from './held-attempt.js';

/** Kinds of failures of ours that the same parameters would meet again. */
const FINAL_KINDS = new Set(['invalid', 'malformed', 'too_large']);

/** What a runner threw, as a failed attempt. Words of unexpected exceptions stay in the ledger: they may hold internals. */
export function failedAttemptOf(error: unknown, stopped: StopCause | undefined): FailedAttempt {
  if (stopped === 'timeout') {
    return {
      failure: { code: 'AGENT.TIMEOUT', message: 'The agent took too long' },
      retryable: true,
      blame: 'agent',
    };
  }
  if (error instanceof AttemptFailedException) {
    const { reason, message, retryable, blame, retryAfterMs, holdsBack } = error;
    return { failure: { code: reason, message }, retryable, blame, retryAfterMs, holdsBack };
  }
  if (error instanceof AppException && FINAL_KINDS.has(error.kind)) {
    return { failure: { code: error.code, message: error.message }, retryable: false, blame: 'elsewhere' };
  }
  const failure = { code: 'AGENT.EXECUTION_FAILED', message: 'The agent could not do its task' };
  return { failure, retryable: true, blame: 'agent' };
}

/** What the failed attempt cost, as far as its runner knows. */
export function usageOf(error: unknown): Usage | undefined {
  return error instanceof AttemptFailedException ? error.usage : undefined;
}
