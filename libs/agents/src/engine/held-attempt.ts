import type { ClaimedTask } from '../runners/claimed-task.js';
import type { Lease } from '../tasks/lease.js';

/** Why a running task is told to stop. */
export type StopCause = 'cancelled' | 'timeout' | 'shutdown' | 'lease_lost';

/** The reason of an aborted signal. */
export class StopReason extends Error {
  constructor(readonly why: StopCause) {
    super(`The task was stopped: ${why}`);
    this.name = 'StopReason';
  }
}

/** An attempt that this process makes, with the lease that lets it. */
export class HeldAttempt {
  readonly lease: Lease;
  /** Whether it could be recorded that the runner was told to stop; `undefined` while it was not told. */
  stopNoted: Promise<boolean> | undefined;
  private readonly stopping = new AbortController();

  constructor(readonly claimed: ClaimedTask) {
    this.lease = { id: claimed.task.id, leaseToken: claimed.leaseToken };
  }

  /** Tells the runner to stop. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** `undefined` while nobody told the runner to stop. */
  get stopCause(): StopCause | undefined {
    return this.signal.reason instanceof StopReason ? this.signal.reason.why : undefined;
  }

  /** Only the first cause counts. */
  stop(cause: StopCause): void {
    this.stopping.abort(new StopReason(cause));
  }
}
