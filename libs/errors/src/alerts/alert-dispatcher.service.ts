import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PublicAddress } from '#platform/http';
import { RepeatedWork } from '#platform/jobs';
import { Metrics } from '#platform/observability';
import { retryAfterSeconds } from './alert.js';
import { AlertOutboxRepository, type DueCall } from './alert-outbox.repository.js';
import { AlertWebhookClient } from './alert-webhook.client.js';
import { AlertRepository } from './alert.repository.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';

/** How often due calls are looked for. */
const LOOK_MS = 1_000;

/** Calls made at the same time: in all, and to one receiver. */
const AT_ONCE = { inAll: 200, ofOne: 4 } as const;

/** Longer than a call may take: a replica that died meanwhile leaves its calls to the others after it. */
const LEASE_SECONDS = 60;

/**
 * Makes the calls of alerts, each by one replica at a time, until they are answered with 2xx or given up. Every receiver is called at
 * its own pace: one that does not answer keeps nobody else waiting.
 */
@Injectable()
export class AlertDispatcherService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly looks = new RepeatedWork(
    LOOK_MS,
    () => this.dispatch(),
    (error) => this.noteFailure(error),
  );
  /** Calls that are being made, by alert. */
  private readonly calling = new Map<string, Promise<void>>();
  private isFailing = false;
  private readonly calls;

  constructor(
    private readonly outbox: AlertOutboxRepository,
    private readonly webhook: AlertWebhookClient,
    private readonly alerts: AlertRepository,
    private readonly address: PublicAddress,
    private readonly selfLog: SelfLogService,
    metrics: Metrics,
  ) {
    this.calls = metrics.counter('error_alert_calls_total', 'Calls of alerts by what came of them.', ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.looks.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.looks.stop();
    await Promise.all(this.calling.values());
  }

  private async dispatch(): Promise<void> {
    const inAll = AT_ONCE.inAll - this.calling.size * AT_ONCE.ofOne;
    if (inAll <= 0) return;
    const calls = await this.outbox.claim({ ...AT_ONCE, inAll }, LEASE_SECONDS, [...this.calling.keys()]);
    for (const alertId of new Set(calls.map(({ alert }) => alert.id))) {
      this.begin(
        alertId,
        calls.filter(({ alert }) => alert.id === alertId),
      );
    }
    this.isFailing = false;
  }

  /** Makes calls of one alert; when all that were taken are made, there may be more. */
  private begin(alertId: string, calls: readonly DueCall[]): void {
    const made = Promise.all(calls.map((call) => this.call(call)))
      .then(
        () => undefined,
        (error: unknown) => this.noteFailure(error),
      )
      .finally(() => {
        this.calling.delete(alertId);
        if (calls.length === AT_ONCE.ofOne && !this.isFailing) this.looks.wake();
      });
    this.calling.set(alertId, made);
  }

  /** The database is away, and with it the list of calls: they are found again. Said once, not every second. */
  private noteFailure(error: unknown): void {
    if (!this.isFailing) this.selfLog.write('alerts', error);
    this.isFailing = true;
  }

  private async call(call: DueCall): Promise<void> {
    const { id, attempts, alert } = call;
    let status: number | undefined;
    let error: string | undefined;
    try {
      const secret = this.alerts.secrets.decrypt(alert.encryptedSecret, alert.id).toString();
      status = await this.webhook.post(alert.url, this.bodyOf(call), secret, id);
      if (status < 200 || status > 299) error = `answered ${status}`;
    } catch (cause) {
      error = cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 500) : 'failed';
    }
    const isDelivered = error === undefined;
    const retryInSeconds = isDelivered ? undefined : retryAfterSeconds(attempts);
    await this.outbox.settle(id, { status, error, isDelivered }, retryInSeconds);
    this.calls.inc({ outcome: isDelivered ? 'delivered' : retryInSeconds === undefined ? 'given_up' : 'failed' });
  }

  private bodyOf({ id, event, createdAt, alert, group }: DueCall): string {
    return JSON.stringify({
      deliveryId: id,
      event,
      happenedAt: createdAt.toISOString(),
      alert: { id: alert.id, name: alert.name },
      group: { ...group, firstSeen: group.firstSeen.toISOString(), lastSeen: group.lastSeen.toISOString() },
      url: `${this.address.origin}/api/v1/errors/${group.id}`,
    });
  }
}
