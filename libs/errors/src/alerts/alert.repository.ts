import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import type { AlertEvent } from './alert-call.js';
import type { Alert } from './alert.js';
import { AlertDeliveryEntity } from '../tables/alert-delivery.entity.js';
import { AlertEntity } from '../tables/alert.entity.js';

/** A call that an alert led to. */
export interface AlertDelivery {
  id: string;
  groupId: string;
  event: AlertEvent;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  deliveredAt: Date | null;
  nextAttemptAt: Date | null;
  /** Of the request, task or job run whose failure it tells of; null for those of a rate. */
  correlationId: string | null;
}

/** Questions about alerts. */
@Injectable()
export class AlertRepository {
  /** What signs the calls, by alert. */
  readonly secrets: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.secrets = columns.add(AlertEntity, 'encryptedSecret');
  }

  /** In the order they were made. @param after id of the last one of the page before */
  async list(limit: number, after: string | undefined): Promise<Alert[]> {
    const where = after === undefined ? {} : { id: MoreThan(after) };
    const alerts = await this.database.repository(AlertEntity).find({ where, order: { id: 'ASC' }, take: limit });
    return alerts.map(alertOf);
  }

  async find(id: string): Promise<Alert | undefined> {
    const alert = await this.database.repository(AlertEntity).findOneBy({ id });
    return alert ? alertOf(alert) : undefined;
  }

  async insert(tx: Transaction, alert: Alert, encryptedSecret: string): Promise<void> {
    await tx.insertMany(AlertEntity, [{ ...alert, encryptedSecret }]);
  }

  /** The alert that was; `undefined` when there was none. Its deliveries go with it. */
  async delete(tx: Transaction, id: string): Promise<Alert | undefined> {
    const alert = await tx.lockOne(AlertEntity, { id });
    if (!alert) return undefined;
    await tx.repository(AlertEntity).delete({ id });
    return alertOf(alert);
  }

  /** Newest first. @param before id of the last one of the page before */
  async deliveriesOf(alertId: string, limit: number, before: string | undefined): Promise<AlertDelivery[]> {
    const where = { alertId, ...(before !== undefined && { id: LessThan(BigInt(before)) }) };
    const deliveries = await this.database
      .repository(AlertDeliveryEntity)
      .find({ where, order: { id: 'DESC' }, take: limit });
    return deliveries.map(deliveryOf);
  }

  /** Removes what was settled long ago. */
  async removeDeliveriesBefore(limit: Date): Promise<void> {
    await this.database.repository(AlertDeliveryEntity).delete({ createdAt: LessThan(limit), nextAttemptAt: IsNull() });
  }
}

/** An alert without what signs its calls. */
function alertOf({ id, name, event, severity, ratePerMinute, channel, url, createdAt }: AlertEntity): Alert {
  return { id, name, event, severity, ratePerMinute, channel, url, createdAt };
}

function deliveryOf(delivery: AlertDeliveryEntity): AlertDelivery {
  const { id, groupId, event, attempts, lastStatus, lastError, createdAt, deliveredAt, nextAttemptAt } = delivery;
  const { correlationId } = delivery;
  return {
    id: String(id),
    groupId,
    event,
    status: deliveredAt ? 'delivered' : nextAttemptAt ? 'pending' : 'failed',
    attempts,
    lastStatus,
    lastError,
    createdAt,
    deliveredAt,
    nextAttemptAt: deliveredAt ? null : nextAttemptAt,
    correlationId,
  };
}
