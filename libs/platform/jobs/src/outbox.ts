import { RepeatedWork } from './repeated-work.js';

/** Longer than a delivery may take: what a process that died had taken is due again after it. */
const LEASE_SECONDS = 60;

/** Something to be delivered. */
export interface Delivery {
  readonly id: string;
  /** Who gets it. Each receiver is served at its own pace. */
  readonly receiver: string;
  /** Attempts that were made, this one included. */
  readonly attempts: number;
}

/** What came of an attempt. */
export interface DeliveryResult {
  /** What the receiver answered, as its protocol counts answers. */
  readonly status?: number | undefined;
  /** Why it was not delivered; `undefined` when it was. */
  readonly error?: string | undefined;
}

/** Deliveries made at the same time at most. */
export interface DeliveryLimits {
  readonly inAll: number;
  readonly ofOne: number;
}

/** The rows of an outbox: a table of its domain. */
export interface OutboxRows<D extends Delivery> {
  /**
   * Takes what is due, the oldest of each receiver, and counts the attempt. It is due again after the lease, unless it is settled.
   *
   * @param busy receivers for whom nothing is taken
   */
  claim(limits: DeliveryLimits, leaseSeconds: number, busy: readonly string[]): Promise<D[]>;
  /** @param retryInSeconds `undefined` when there is no other attempt */
  settle(delivery: D, result: DeliveryResult, retryInSeconds: number | undefined): Promise<void>;
}

/** How a domain delivers. */
export interface OutboxOptions<D extends Delivery> {
  /** From one look at what is due to the next, in ms. */
  readonly everyMs: number;
  readonly limits: DeliveryLimits;
  /** Makes one attempt, in less than a minute; may throw instead of telling an error. */
  readonly deliver: (delivery: D) => Promise<DeliveryResult>;
  /** Seconds until the next attempt after one that failed; `undefined` gives up. */
  readonly retryAfterSeconds: (delivery: D) => number | undefined;
  /** Counts attempts by what came of them. */
  readonly outcomes: { inc(labels: { outcome: 'delivered' | 'failed' | 'given_up' }): void };
  /** Told when the rows cannot be asked or settled. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Delivers what a domain wrote down in the transaction of what it is about: at least once, each by one process at a time, again after a
 * failure until it is given up. A receiver that does not answer keeps nobody else waiting.
 */
export class Outbox<D extends Delivery> {
  private readonly looks: RepeatedWork;
  /** Receivers that are being served. */
  private readonly serving = new Map<string, Promise<void>>();

  constructor(
    private readonly rows: OutboxRows<D>,
    private readonly options: OutboxOptions<D>,
  ) {
    this.looks = new RepeatedWork(options.everyMs, () => this.look(), options.onFailure);
  }

  /** Goes on until `stop`. */
  start(): void {
    this.looks.start();
  }

  /** Something may be due. */
  wake(): void {
    this.looks.wake();
  }

  /** Resolves when the attempts that were begun are settled. */
  async stop(): Promise<void> {
    await this.looks.stop();
    await Promise.all(this.serving.values());
  }

  private async look(): Promise<void> {
    const { ofOne, inAll } = this.options.limits;
    const room = inAll - this.serving.size * ofOne;
    if (room <= 0) return;
    const due = await this.rows.claim({ ofOne, inAll: room }, LEASE_SECONDS, [...this.serving.keys()]);
    for (const receiver of new Set(due.map((delivery) => delivery.receiver))) {
      this.serve(
        receiver,
        due.filter((delivery) => delivery.receiver === receiver),
      );
    }
  }

  private serve(receiver: string, deliveries: readonly D[]): void {
    const attempts = deliveries.map((delivery) => this.attempt(delivery).catch(this.options.onFailure));
    const served = Promise.all(attempts).then(() => {
      this.serving.delete(receiver);
      // More may have become due for this receiver meanwhile.
      this.looks.wake();
    });
    this.serving.set(receiver, served);
  }

  private async attempt(delivery: D): Promise<void> {
    const result = await this.options.deliver(delivery).catch((error: unknown) => ({ error: textOf(error) }));
    const isDelivered = result.error === undefined;
    const retryInSeconds = isDelivered ? undefined : this.options.retryAfterSeconds(delivery);
    await this.rows.settle(delivery, result, retryInSeconds);
    const outcome = isDelivered ? 'delivered' : retryInSeconds === undefined ? 'given_up' : 'failed';
    this.options.outcomes.inc({ outcome });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'failed';
}
