import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PublicAddress } from '#platform/http';
import { type DeliveryResult, Outbox } from '#platform/jobs';
import { Ids, runInContext } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import { retryAfterSeconds } from './alert.js';
import { ALERT_CHANNELS } from './alert-channels.js';
import { AlertOutboxRepository, type DueCall } from './alert-outbox.repository.js';
import { AlertWebhookClient } from './alert-webhook.client.js';
import { AlertRepository } from './alert.repository.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';

/** How often due calls are looked for. */
const LOOK_MS = 1_000;

/** Calls made at the same time: in all, and of one alert. */
const LIMITS = { inAll: 200, ofOne: 4 } as const;

/** Makes the calls of alerts until they are answered with 2xx or given up. */
@Injectable()
export class AlertDispatcherService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly outbox: Outbox<DueCall>;

  constructor(
    calls: AlertOutboxRepository,
    private readonly webhook: AlertWebhookClient,
    private readonly alerts: AlertRepository,
    private readonly address: PublicAddress,
    ids: Ids,
    selfLog: SelfLogService,
    metrics: Metrics,
  ) {
    this.outbox = new Outbox(calls, {
      everyMs: LOOK_MS,
      limits: LIMITS,
      deliver: (call) => runInContext({ correlationId: call.correlationId ?? ids.next() }, () => this.deliver(call)),
      retryAfterSeconds: ({ attempts }) => retryAfterSeconds(attempts),
      outcomes: metrics.counter('error_alert_calls_total', 'Calls of alerts by what came of them.', ['outcome']),
      onFailure: (error) => selfLog.write('alerts', error),
    });
  }

  onApplicationBootstrap(): void {
    this.outbox.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.outbox.stop();
  }

  private async deliver(call: DueCall): Promise<DeliveryResult> {
    const { id, alert, group } = call;
    const secret = this.alerts.secrets.decrypt(alert.encryptedSecret, alert.id).toString();
    const groupUrl = `${this.address.origin}/api/v1/errors/${group.id}`;
    const body = ALERT_CHANNELS[alert.channel]({ ...call, groupUrl });
    const status = await this.webhook.post(alert.url, JSON.stringify(body), secret, id);
    return { status, error: status < 200 || status > 299 ? `answered ${status}` : undefined };
  }
}
