import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PublicAddress } from '#platform/http';
import { Metrics } from '#platform/observability';
import { EncryptionService } from '#platform/security';
import { retryAfterSeconds } from '../domain/alert.js';
import { AlertOutbox, type DueCall } from '../infrastructure/alert-outbox.repository.js';
import { AlertWebhook } from '../infrastructure/alert-webhook.client.js';
import { alertSecretPlace } from './alert-registry.service.js';
import { LedgerRun } from './ledger-run.js';

/** How often due calls are looked for. */
const LOOK_MS = 1_000;

/** Calls made at the same time. */
const AT_ONCE = 20;

/** Longer than a call may take: a replica that died meanwhile leaves its calls to the others after it. */
const LEASE_SECONDS = 60;

/** Makes the calls of alerts, each by one replica at a time, until they are answered with 2xx or given up. */
@Injectable()
export class AlertDispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private isFailing = false;
  private readonly calls;

  constructor(
    private readonly outbox: AlertOutbox,
    private readonly webhook: AlertWebhook,
    private readonly encryption: EncryptionService,
    private readonly address: PublicAddress,
    private readonly run: LedgerRun,
    metrics: Metrics,
  ) {
    this.calls = metrics.counter('error_alert_calls_total', 'Calls of alerts by what came of them.', ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.working ??= this.dispatch().finally(() => (this.working = undefined));
    }, LOOK_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private async dispatch(): Promise<void> {
    try {
      const calls = await this.outbox.claim(AT_ONCE, LEASE_SECONDS);
      await Promise.all(calls.map((call) => this.call(call)));
      this.isFailing = false;
    } catch (error) {
      // The database is away, and with it the list of calls: they are found again. Said once, not every second.
      if (!this.isFailing) this.run.selfLog.write('alerts', error);
      this.isFailing = true;
    }
  }

  private async call(call: DueCall): Promise<void> {
    const { id, attempts, alert } = call;
    let status: number | undefined;
    let error: string | undefined;
    try {
      const secret = this.encryption.decrypt(alert.encryptedSecret, alertSecretPlace(alert.id)).toString();
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
