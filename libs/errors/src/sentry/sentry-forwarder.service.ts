import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { AppLogger, Metrics } from '#platform/observability';
import { LedgerReporterService } from '../intake/ledger-reporter.service.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { toSentryEnvelope } from './sentry-export.js';
import { ExternalSentryClient } from './external-sentry.client.js';

/** Occurrences that may wait to be sent; more are dropped. */
const MAX_WAITING = 100;

/** How long a shutdown waits for what is on its way. */
const GRACE_MS = 2_000;

/** Failures of these routes are kept here: with a DSN that leads back to this service, telling of them would cause the next. */
const SENTRY_DOORS = new Set(['/api/:project/envelope', '/api/:project/store']);

/**
 * Sends this service's own failures to the Sentry of `SENTRY_DSN` too, one after the other. Best effort: the ledger is what keeps
 * them. What Sentry does not take is counted and not reported, since that would be one more to send.
 */
@Injectable()
export class SentryForwarderService implements OnApplicationShutdown {
  private readonly waiting: Occurrence[] = [];
  private readonly stopping = new AbortController();
  private sending: Promise<void> | undefined;
  private pausedUntil = 0;
  private isFailing = false;
  private isClosed = false;
  private readonly outcomes;

  constructor(
    private readonly sentry: ExternalSentryClient,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    reporter: LedgerReporterService,
    metrics: Metrics,
  ) {
    reporter.onReported((occurrence) => this.offer(occurrence));
    this.outcomes = metrics.counter(
      'error_sentry_forwarded_total',
      'Failures of this process by what became of them at the external Sentry; all but sent are lost there.',
      ['outcome'],
    );
  }

  private offer(occurrence: Occurrence): void {
    if (!this.sentry.isConfigured) return;
    const isLoop = SENTRY_DOORS.has(occurrence.endpoint ?? '');
    const isPaused = this.clock.millis() < this.pausedUntil;
    if (isLoop || isPaused || this.isClosed || this.waiting.length >= MAX_WAITING) {
      this.outcomes.labels('dropped').inc();
      return;
    }
    this.waiting.push(occurrence);
    this.sending ??= this.sendAll();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    const timer = setTimeout(() => this.stopping.abort(), GRACE_MS);
    await this.sending;
    clearTimeout(timer);
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await this.send(next);
    // In the same step as the last look: whoever offers later starts it again.
    this.sending = undefined;
  }

  private async send(occurrence: Occurrence): Promise<void> {
    if (this.stopping.signal.aborted || this.clock.millis() < this.pausedUntil) {
      this.outcomes.labels('dropped').inc();
      return;
    }
    try {
      const envelope = toSentryEnvelope(occurrence, this.clock.now());
      const { status, pauseSeconds } = await this.sentry.send(envelope, this.stopping.signal);
      this.pausedUntil = this.clock.millis() + pauseSeconds * 1000;
      const isSent = status >= 200 && status < 300;
      this.outcomes.labels(isSent ? 'sent' : 'refused').inc();
      this.tell(isSent ? undefined : `it answers ${status}`);
    } catch (error) {
      this.outcomes.labels('failed').inc();
      this.tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** Once when it begins and once when it is over: the count is in the metric. */
  private tell(trouble: string | undefined): void {
    const isFailing = trouble !== undefined;
    if (isFailing === this.isFailing) return;
    this.isFailing = isFailing;
    if (isFailing) this.logger.warn(`Failures do not reach the Sentry of SENTRY_DSN: ${trouble}`, 'Sentry');
    else this.logger.log('Failures reach the Sentry of SENTRY_DSN again', 'Sentry');
  }
}
