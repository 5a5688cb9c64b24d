import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { translateDatabaseError } from '#platform/database';
import { AppLogger } from '#platform/observability';
import { AttemptOutcomeService } from '../attempts/attempt-outcome.service.js';
import { TaskLeaseService } from '../attempts/task-lease.service.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';
import { TaskPostponedException } from '../runners/task-postponed.js';
import { LeaseLostException } from '../tasks/agents.exceptions.js';
import type { Lease } from '../tasks/lease.js';
import type { FailedAttempt } from '../tasks/task-failure.js';
import { failedAttemptOf, usageOf } from './failed-attempt.js';
import type { HeldAttempt } from './held-attempt.js';

/** Time a runner has to return after it was told to stop; then its outcome is recorded without it. */
const STOP_GRACE_MS = 2_000;

/** Tries to record an outcome while the database is away and this process is to end; otherwise there is no end of them. */
const RECORD_ATTEMPTS = 6;
const LONGEST_RECORD_REST_MS = 1_000;

/** What becomes of an attempt whose outcome the database does not take. */
const UNRECORDED: FailedAttempt = {
  failure: { code: 'TASK.OUTCOME_NOT_KEPT', message: 'The outcome of the attempt could not be kept' },
  retryable: true,
  blame: 'elsewhere',
};

/** Makes one attempt: lets the agent work, and records how it ended. */
@Injectable()
export class AttemptService implements OnModuleDestroy {
  private isStopping = false;

  constructor(
    private readonly runners: AgentRunnersService,
    private readonly leases: TaskLeaseService,
    private readonly outcomes: AttemptOutcomeService,
    private readonly logger: AppLogger,
  ) {}

  onModuleDestroy(): void {
    this.isStopping = true;
  }

  /** Ends when the outcome is recorded, or it is certain that it will not be. Does not fail. */
  async make(held: HeldAttempt): Promise<void> {
    const write = await this.work(held);
    // The end of a task closes its record: when its runner was told to stop is written before.
    const isNoted = (await held.stopNoted) ?? true;
    const writeAll = async (): Promise<void> => {
      if (!isNoted) await this.leases.acknowledgeCancel(held.lease);
      await write();
    };
    try {
      await this.record(held.lease, writeAll);
    } catch (error) {
      // The lease runs out, and the task runs again.
      this.logger.error(error, 'Agents');
    }
  }

  /** @returns records what came of it */
  private async work(held: HeldAttempt): Promise<() => Promise<unknown>> {
    const { claimed, lease, signal } = held;
    const deadline = setTimeout(() => held.stop('timeout'), claimed.timeoutMs);
    try {
      const result = await orStopped(this.runners.run(claimed, signal), signal);
      if ('awaitsCallback' in result) return () => this.leases.awaitCallback(lease);
      return () => this.outcomes.succeed({ ...lease, ...result });
    } catch (error) {
      return () => this.writeFailure(held, error);
    } finally {
      clearTimeout(deadline);
    }
  }

  private async writeFailure({ lease, stopCause }: HeldAttempt, error: unknown): Promise<void> {
    if (stopCause === 'lease_lost') throw new LeaseLostException();
    if (stopCause === 'shutdown') await this.outcomes.release(lease, 'shutdown');
    else if (error instanceof TaskPostponedException) await this.outcomes.release(lease, error.reason, error.until);
    else await this.outcomes.fail(lease, failedAttemptOf(error, stopCause), error, usageOf(error));
  }

  /**
   * Writes how an attempt ended, however long the database is away: without it the work is done twice. An outcome that it does not take
   * is a failure, but none of the agent.
   */
  private async record(lease: Lease, write: () => Promise<unknown>): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        await write();
        return;
      } catch (error) {
        if (error instanceof LeaseLostException) {
          // Or it was recorded, and only the word of that was lost.
          this.logger.warn(`Task ${lease.id} is not held any more; its outcome is discarded`, 'Agents');
          return;
        }
        if (!isUnavailable(error)) {
          await this.outcomes.fail(lease, UNRECORDED, error);
          return;
        }
        if (this.isStopping && tried >= RECORD_ATTEMPTS) throw error;
        await sleep(Math.min(50 * 2 ** tried, LONGEST_RECORD_REST_MS));
      }
    }
  }
}

/** Whether the database may take later what it did not take now. */
function isUnavailable(error: unknown): boolean {
  return translateDatabaseError(error)?.kind === 'unavailable';
}

/** The work's own end, or the end of patience with work that was told to stop. */
async function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const impatience = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      sleep(STOP_GRACE_MS, undefined, { signal: settled.signal }).then(
        () => reject(signal.reason),
        () => undefined,
      );
    };
    signal.addEventListener('abort', giveUp, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, impatience]);
  } finally {
    settled.abort();
  }
}
