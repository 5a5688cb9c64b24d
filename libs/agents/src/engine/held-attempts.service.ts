import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { Ids, runInContext, unlessLate } from '#platform/kernel';
import { TaskLeaseService } from '../attempts/task-lease.service.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import { AttemptService } from './attempt.service.js';
import { HeldAttempt } from './held-attempt.js';

/** The attempts that this process makes at this time: keeps their leases, and tells them to stop. */
@Injectable()
export class HeldAttemptsService {
  private readonly held = new Map<string, { readonly attempt: HeldAttempt; readonly done: Promise<void> }>();

  constructor(
    private readonly attempts: AttemptService,
    private readonly leases: TaskLeaseService,
    private readonly config: AgentsConfig,
    private readonly ids: Ids,
  ) {}

  get count(): number {
    return this.held.size;
  }

  /** Makes an attempt; ends when it is over. Does not fail. */
  begin(claimed: ClaimedTask): Promise<void> {
    const attempt = new HeldAttempt(claimed);
    const correlationId = claimed.correlationId ?? this.ids.next();
    const traceparent = claimed.traceparent ?? undefined;
    const { id } = attempt.lease;
    const done = runInContext({ correlationId, traceparent }, () => this.attempts.make(attempt)).finally(() => {
      // One whose lease was lost may have been taken again here, before the first attempt ended.
      if (this.held.get(id)?.attempt === attempt) this.held.delete(id);
    });
    this.held.set(id, { attempt, done });
    return done;
  }

  /** Tells the runner of a task to stop, if it is here. */
  cancel(id: string): void {
    const attempt = this.held.get(id)?.attempt;
    if (!attempt || attempt.signal.aborted) return;
    attempt.stop('cancelled');
    attempt.stopNoted = this.leases.acknowledgeCancel(attempt.lease).then(
      () => true,
      () => false,
    );
  }

  /** Extends all leases with one statement; learns what was cancelled or lost. */
  async extend(): Promise<void> {
    const attempts = this.all;
    if (attempts.length === 0) return;
    const leases = attempts.map(({ lease }) => lease);
    const extended = await this.leases.extend(leases, this.config.leaseSeconds);
    // While the database is away nobody else can take the work, and what is done by then is handed in late.
    if (!extended) return;
    for (const attempt of attempts) {
      const { id } = attempt.lease;
      const lease = extended.get(id);
      if (lease?.isCancelRequested) this.cancel(id);
      if (!lease && this.held.get(id)?.attempt === attempt) attempt.stop('lease_lost');
    }
  }

  /** Waits for the attempts that are under way; what is not done by then is given back, and runs elsewhere. */
  async finish(patienceMs: number): Promise<void> {
    const finished = Promise.allSettled([...this.held.values()].map(({ done }) => done));
    await unlessLate(finished, patienceMs, () => {
      for (const attempt of this.all) attempt.stop('shutdown');
    });
    await finished;
  }

  private get all(): HeldAttempt[] {
    return [...this.held.values()].map(({ attempt }) => attempt);
  }
}
