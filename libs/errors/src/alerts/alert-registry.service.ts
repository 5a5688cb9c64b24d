import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Database, type Transaction } from '#platform/database';
import { Clock, Ids, type Severity, ValidationException } from '#platform/kernel';
import { AuditTrail } from '#platform/security';
import type { AlertEvent } from './alert-call.js';
import type { AlertChannel } from './alert-channels.js';
import type { Alert } from './alert.js';
import { AlertNotFoundException } from '../occurrences/errors.exceptions.js';
import { AlertWebhookClient } from './alert-webhook.client.js';
import { type AlertDelivery, AlertRepository } from './alert.repository.js';

export type { AlertDelivery } from './alert.repository.js';

export interface NewAlert {
  name: string;
  event: AlertEvent;
  severity?: Severity | null | undefined;
  ratePerMinute?: number | null | undefined;
  /** `webhook` when absent. */
  channel?: AlertChannel | null | undefined;
  url: string;
  /** Made when absent. */
  secret?: string | null | undefined;
}

/** Makes and removes alerts. */
@Injectable()
export class AlertRegistryService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertRepository,
    private readonly webhooks: AlertWebhookClient,
    private readonly requests: KeyedRequests,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /**
   * @param show what is answered; the secret signs the calls and cannot be read again
   * @throws ValidationException when the parts do not fit together or the address may not be called
   */
  create<A>(request: KeyedRequest, alert: NewAlert, show: (alert: Alert, secret: string) => A): Promise<A> {
    return this.requests.once(request, async (tx) => show(...(await this.insert(tx, alert))));
  }

  private async insert(
    tx: Transaction,
    { name, event, severity, ratePerMinute, channel, url, secret }: NewAlert,
  ): Promise<[Alert, string]> {
    if ((event === 'rate') !== (typeof ratePerMinute === 'number')) {
      throw faulty('ratePerMinute', 'belongs to the event rate, and must be there for it');
    }
    if (this.webhooks.isRefused(url)) {
      throw faulty('url', 'is inside this network; list its host in AGENTS_ALLOWED_HOSTS to allow it');
    }
    const id = this.ids.next();
    const limits = { severity: severity ?? null, ratePerMinute: ratePerMinute ?? null };
    const alert = { id, name, event, ...limits, channel: channel ?? 'webhook', url, createdAt: this.clock.now() };
    const key = secret ?? randomBytes(32).toString('base64url');
    await this.alerts.insert(tx, alert, this.alerts.secrets.encrypt(key, id));
    await this.note(tx, 'created', alert);
    return [alert, key];
  }

  list(limit: number, after: string | undefined): Promise<Alert[]> {
    return this.alerts.list(limit, after);
  }

  /** @throws AlertNotFoundException */
  async get(id: string): Promise<Alert> {
    const alert = await this.alerts.find(id);
    if (!alert) throw new AlertNotFoundException();
    return alert;
  }

  /** @throws AlertNotFoundException */
  async remove(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const alert = await this.alerts.delete(tx, id);
      if (!alert) throw new AlertNotFoundException();
      await this.note(tx, 'deleted', alert);
    });
  }

  /** What its calls came to, newest first. @throws AlertNotFoundException */
  async deliveriesOf(id: string, limit: number, before: string | undefined): Promise<AlertDelivery[]> {
    await this.get(id);
    return this.alerts.deliveriesOf(id, limit, before);
  }

  /** The path and query of an address may be secrets; its host tells who is called. */
  private async note(tx: Transaction, verb: string, { id, name, event, severity, url }: Alert): Promise<void> {
    const { host } = new URL(url);
    await this.audit.record(tx, {
      action: `error_alert.${verb}`,
      details: { alertId: id, name, event, severity, host },
    });
  }
}

function faulty(path: string, message: string): ValidationException {
  return new ValidationException('The request has one fault', {
    details: { errors: [{ path, message: `${path} ${message}`, code: 'alert' }] },
  });
}
