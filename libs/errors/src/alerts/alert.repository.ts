import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Severity } from '#platform/kernel';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import type { AlertEvent } from './alert-call.js';
import type { AlertChannel } from './alert-channels.js';
import type { Alert } from './alert.js';
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
}

interface AlertRow extends Record<string, unknown> {
  id: string;
  name: string;
  event: AlertEvent;
  severity: Severity | null;
  rate_per_minute: number | null;
  channel: AlertChannel;
  url: string;
  created_at: Date;
}

interface DeliveryRow extends Record<string, unknown> {
  id: string;
  group_id: string;
  event: AlertEvent;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: Date;
  delivered_at: Date | null;
  next_attempt_at: Date | null;
}

const COLUMNS = 'id, name, event, severity, rate_per_minute, channel, url, created_at';

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
    const rows = await this.database.query<AlertRow>(
      `SELECT ${COLUMNS} FROM error_alert WHERE $2::uuid IS NULL OR id > $2 ORDER BY id LIMIT $1`,
      [limit, after ?? null],
    );
    return rows.map(toAlert);
  }

  async find(id: string): Promise<Alert | undefined> {
    const [row] = await this.database.query<AlertRow>(`SELECT ${COLUMNS} FROM error_alert WHERE id = $1`, [id]);
    return row && toAlert(row);
  }

  async insert(tx: Transaction, alert: Alert, encryptedSecret: string): Promise<void> {
    const { id, name, event, severity, ratePerMinute, channel, url, createdAt } = alert;
    await tx.execute(
      `INSERT INTO error_alert (${COLUMNS}, encrypted_secret) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, name, event, severity, ratePerMinute, channel, url, createdAt, encryptedSecret],
    );
  }

  /** The alert that was; `undefined` when there was none. Its deliveries go with it. */
  async delete(tx: Transaction, id: string): Promise<Alert | undefined> {
    const [row] = await tx.query<AlertRow>(`DELETE FROM error_alert WHERE id = $1 RETURNING ${COLUMNS}`, [id]);
    return row && toAlert(row);
  }

  /** Newest first. @param before id of the last one of the page before */
  async deliveriesOf(alertId: string, limit: number, before: string | undefined): Promise<AlertDelivery[]> {
    const rows = await this.database.query<DeliveryRow>(
      `SELECT * FROM error_alert_delivery WHERE alert_id = $1 AND ($3::bigint IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $2`,
      [alertId, limit, before ?? null],
    );
    return rows.map(toDelivery);
  }

  /** Removes what was settled long ago. */
  async removeDeliveriesBefore(limit: Date): Promise<void> {
    await this.database.execute(`DELETE FROM error_alert_delivery WHERE created_at < $1 AND next_attempt_at IS NULL`, [
      limit,
    ]);
  }
}

function toAlert(row: AlertRow): Alert {
  return {
    id: row.id,
    name: row.name,
    event: row.event,
    severity: row.severity,
    ratePerMinute: row.rate_per_minute,
    channel: row.channel,
    url: row.url,
    createdAt: row.created_at,
  };
}

function toDelivery(row: DeliveryRow): AlertDelivery {
  return {
    id: row.id,
    groupId: row.group_id,
    event: row.event,
    status: row.delivered_at ? 'delivered' : row.next_attempt_at ? 'pending' : 'failed',
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
    nextAttemptAt: row.delivered_at ? null : row.next_attempt_at,
  };
}
