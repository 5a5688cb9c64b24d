import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentsConfig, ServerConfig } from '#config';
import { translateDatabaseError } from '#platform/database';
import { Ids, runInContext } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { LeaseLostException } from '../tasks/agents.exceptions.js';
import type { FailedAttempt } from '../tasks/task-failure.js';
import type { Claimant, Room } from '../attempts/claimant.js';
import type { Lease } from '../tasks/lease.js';
import { TaskNotificationClient } from '../tasks/task-notification.client.js';
import { failedAttemptOf, StopReason, usageOf } from './failed-attempt.js';
import { TaskPostponedException } from '../runners/task-postponed.js';
import { CLAIM_MAX, TaskLeaseService } from '../attempts/task-lease.service.js';
import { AttemptOutcomeService } from '../attempts/attempt-outcome.service.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';
import type { ClaimedTask } from '../runners/claimed-task.js';

/** How often to look for work when no notification comes: for retries, scheduled tasks and what was lost. */
const POLL_MS = 1_000;

/** Least time between two looks when the first found nothing; longer the more often that happens, up to the second one. */
const REST_MS = 10;
const LONGEST_REST_MS = 50;

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

interface Run {
  readonly claimed: ClaimedTask;
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Ends when it is recorded that the runner was told to stop. */
  stopNoted?: Promise<void>;
}

/**
 * Takes tasks that this process can run, runs them, keeps their leases and records how they ended. Any number of processes
 * may do this on one database.
 */
@Injectable()
export class TaskEngineService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly runs = new Map<string, Run>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly workerId: string;
  private stopListening: () => void = () => undefined;
  private isStopping = false;
  private isPumping = false;
  private isAskedAgain = false;
  private emptyClaims = 0;
  private lookedAt = -Infinity;
  private stopResting: () => void = () => undefined;
  private pumping: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: AgentsConfig,
    private readonly leases: TaskLeaseService,
    private readonly runners: AgentRunnersService,
    private readonly outcomes: AttemptOutcomeService,
    private readonly notifications: TaskNotificationClient,
    private readonly server: ServerConfig,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {
    this.workerId = ids.next();
  }

  /** Tasks that run here now. */
  get runningCount(): number {
    return this.runs.size;
  }

  /** Whether this process takes tasks. */
  get isRunning(): boolean {
    return this.timers.length > 0 && !this.isStopping;
  }

  onApplicationBootstrap(): void {
    if (this.config.runInProcess) this.start();
  }

  /** Begins to take work; from then on until shutdown. */
  start(): void {
    if (this.timers.length > 0) return;
    this.stopListening = this.notifications.listen(({ queued, ended, cancelled }) => {
      // New work is worth a look at once, room that others made only now and then.
      if (queued) this.endRest();
      if (queued || ended.length > 0) this.wake();
      for (const id of cancelled) this.cancel(id);
    });
    void this.notifications.standReady();
    this.timers.push(setInterval(() => this.wake(), POLL_MS));
    this.timers.push(setInterval(() => void this.beat(), (this.config.leaseSeconds * 1000) / 3));
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.stopListening();
    await this.pumping;
    const finished = Promise.allSettled([...this.runs.values()].map(({ done }) => done));
    // Half of the time that requests get: what is not done by then is given back, and runs elsewhere.
    const patience = new AbortController();
    const isDone = await Promise.race([
      finished.then(() => true),
      sleep((this.server.shutdownTimeoutSeconds * 1000) / 2, false, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    if (!isDone) for (const { stop } of this.runs.values()) stop.abort(new StopReason('shutdown'));
    await finished;
    for (const timer of this.timers) clearInterval(timer);
  }

  private wake(): void {
    this.isAskedAgain = true;
    if (!this.isPumping && !this.isStopping) this.pumping = this.pump();
  }

  /** Takes work until there is none or no room; asked again meanwhile, it looks again. */
  private async pump(): Promise<void> {
    this.isPumping = true;
    try {
      while (this.isAskedAgain && !this.isStopping) {
        this.isAskedAgain = false;
        const free = this.config.maxConcurrentTasks - this.runs.size;
        if (free <= 0) break;
        await this.restAfterNothing();
        if (this.isStopping) break;
        const claimed = await this.leases.claim(this.claimant, [this.room(free)]);
        this.emptyClaims = claimed.length === 0 ? this.emptyClaims + 1 : 0;
        this.lookedAt = performance.now();
        for (const task of claimed) this.begin(task);
        if (claimed.length > 0) this.isAskedAgain = true;
      }
    } catch (error) {
      this.logger.warn(`Cannot take tasks: ${error instanceof Error ? error.message : String(error)}`, 'Agents');
    } finally {
      this.isPumping = false;
    }
  }

  /** Others' tasks end all the time, and each end is told: looking for room once for many of them is enough. */
  private async restAfterNothing(): Promise<void> {
    const rest = Math.min(this.emptyClaims * REST_MS, LONGEST_REST_MS) - (performance.now() - this.lookedAt);
    if (rest > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, rest);
        this.stopResting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isAskedAgain = false;
  }

  private endRest(): void {
    this.emptyClaims = 0;
    this.stopResting();
  }

  private get claimant(): Claimant {
    const { kinds, resources } = this.runners;
    return { kinds, resources, entering: 'running' };
  }

  private room(free: number): Room {
    return { workerId: this.workerId, leaseSeconds: this.config.leaseSeconds, size: Math.min(free, CLAIM_MAX) };
  }

  private begin(claimed: ClaimedTask): void {
    const stop = new AbortController();
    const correlationId = claimed.correlationId ?? this.ids.next();
    const traceparent = claimed.traceparent ?? undefined;
    const done = runInContext({ correlationId, traceparent }, () => this.attempt(claimed, stop)).finally(() => {
      this.runs.delete(claimed.task.id);
      this.wake();
    });
    this.runs.set(claimed.task.id, { claimed, stop, done });
  }

  private async attempt(claimed: ClaimedTask, stop: AbortController): Promise<void> {
    const lease = { id: claimed.task.id, leaseToken: claimed.leaseToken };
    const deadline = setTimeout(() => stop.abort(new StopReason('timeout')), claimed.timeoutMs);
    let write: () => Promise<unknown>;
    try {
      const result = await orStopped(this.runners.run(claimed, stop.signal), stop.signal);
      write = () =>
        'awaitsCallback' in result ? this.leases.awaitCallback(lease) : this.outcomes.succeed({ ...lease, ...result });
    } catch (error) {
      write = () => this.writeFailure(lease, stop.signal, error);
    } finally {
      clearTimeout(deadline);
    }
    // The end of a task closes its record: when its runner was told to stop is written before.
    await this.runs.get(lease.id)?.stopNoted;
    try {
      await this.record(lease, write);
    } catch (error) {
      // The lease runs out, and the task runs again.
      this.logger.error(error, 'Agents');
    }
  }

  private async writeFailure(lease: Lease, signal: AbortSignal, error: unknown): Promise<void> {
    const reason = signal.reason instanceof StopReason ? signal.reason.why : undefined;
    if (reason === 'lease_lost') throw new LeaseLostException();
    if (reason === 'shutdown') await this.outcomes.release(lease, 'shutdown');
    else if (error instanceof TaskPostponedException) await this.outcomes.release(lease, error.reason, error.until);
    else await this.outcomes.fail(lease, failedAttemptOf(error, reason), error, usageOf(error));
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

  private cancel(id: string): void {
    const run = this.runs.get(id);
    if (!run || run.stop.signal.aborted) return;
    run.stop.abort(new StopReason('cancelled'));
    run.stopNoted = this.leases.acknowledgeCancel({ id, leaseToken: run.claimed.leaseToken });
  }

  /** Extends all leases with one statement; learns what was cancelled or lost. */
  private async beat(): Promise<void> {
    const runs = [...this.runs.values()];
    if (runs.length === 0) return;
    const held = await this.leases.extend(
      runs.map(({ claimed }) => ({ id: claimed.task.id, leaseToken: claimed.leaseToken })),
      this.config.leaseSeconds,
    );
    // While the database is away nobody else can take the work, and what is done by then is handed in late.
    if (!held) return;
    for (const run of runs) {
      const { id } = run.claimed.task;
      const lease = held.get(id);
      if (lease?.isCancelRequested) this.cancel(id);
      if (!lease && this.runs.get(id) === run) run.stop.abort(new StopReason('lease_lost'));
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
