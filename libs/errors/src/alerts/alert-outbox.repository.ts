import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Delivery, DeliveryLimits, DeliveryResult, OutboxRows } from '#platform/jobs';
import { SEVERITIES, type Severity } from '#platform/kernel';
import type { AlertCall, AlertEvent } from './alert-call.js';
import type { GroupEvent } from './alert.js';
import type { AlertChannel } from './alert-channels.js';
import type { GroupStatus } from '../grouping/group-status.js';

/** A call that is due, with all that it tells. */
export interface DueCall extends Delivery, Omit<AlertCall, 'groupUrl'> {
  readonly alert: AlertCall['alert'] & { channel: AlertChannel; url: string; encryptedSecret: string };
}

interface DueRow extends Record<string, unknown> {
  id: string;
  attempts: number;
  event: AlertEvent;
  created_at: Date;
  alert_id: string;
  name: string;
  channel: AlertChannel;
  url: string;
  encrypted_secret: string;
  group_id: string;
  title: string;
  culprit: string;
  severity: Severity;
  status: GroupStatus;
  count: string;
  service: string;
  release: string | null;
  first_seen: Date;
  last_seen: Date;
}

const RANKS = `ARRAY[${SEVERITIES.map((severity) => `'${severity}'`).join(', ')}]`;
const isGrave = (severity: string): string =>
  `(a.severity IS NULL OR array_position(${RANKS}, ${severity}) <= array_position(${RANKS}, a.severity))`;

const ENQUEUE = {
  name: 'error_alert_enqueue',
  text: `
    WITH due AS (
      SELECT a.id, x.group_id, x.event, x.occasion
      FROM jsonb_to_recordset($1::jsonb) AS x(group_id uuid, event text, severity text, occasion text)
      JOIN error_alert a ON a.event = x.event AND ${isGrave('x.severity')}
      -- One that is being deleted is waited for: a report must not fail for it.
      FOR KEY SHARE OF a
    )
    INSERT INTO error_alert_delivery (alert_id, group_id, event, occasion, next_attempt_at)
    SELECT id, group_id, event, occasion, now() FROM due
    ON CONFLICT (alert_id, group_id, occasion) DO NOTHING`,
};

const ENQUEUE_RATES = {
  name: 'error_alert_enqueue_rates',
  text: `
    INSERT INTO error_alert_delivery (alert_id, group_id, event, occasion, next_attempt_at)
    SELECT a.id, g.id, a.event, 'rate:' || to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), now()
    FROM (
      SELECT coalesce(m.merged_into, m.id) AS id, count(*) AS seen
      FROM error_occurrence o JOIN error_group m ON m.id = o.group_id
      WHERE o.received_at > $1::timestamptz - interval '1 minute' AND o.received_at <= $1
        AND EXISTS (SELECT 1 FROM error_alert WHERE event = 'rate')
      GROUP BY 1
    ) busy
    JOIN error_group g ON g.id = busy.id AND g.status <> 'ignored'
    JOIN error_alert a ON a.event = 'rate' AND busy.seen > a.rate_per_minute AND ${isGrave('g.severity')}
    ON CONFLICT (alert_id, group_id, occasion) DO NOTHING`,
};

const CLAIM = {
  name: 'error_alert_claim',
  text: `
    WITH claimed AS (
      UPDATE error_alert_delivery SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
      WHERE id IN (
        SELECT due.id FROM error_alert
        CROSS JOIN LATERAL (
          SELECT id FROM error_alert_delivery WHERE alert_id = error_alert.id AND next_attempt_at <= now()
          ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED
        ) due
        WHERE error_alert.id <> ALL($4::uuid[]) LIMIT $1)
      RETURNING id, alert_id, group_id, event, attempts, created_at
    )
    SELECT c.id, c.attempts, c.event, c.created_at, a.id AS alert_id, a.name, a.channel, a.url, a.encrypted_secret,
           g.id AS group_id, g.title, g.culprit, g.severity, g.status, g.count, g.service, g.release, g.first_seen, g.last_seen
    FROM claimed c JOIN error_alert a ON a.id = c.alert_id JOIN error_group g ON g.id = c.group_id`,
};

const SETTLE = {
  name: 'error_alert_settle',
  text: `
    UPDATE error_alert_delivery SET last_status = $2, last_error = $3, delivered_at = CASE WHEN $4 THEN now() END,
           next_attempt_at = now() + make_interval(secs => $5)
    WHERE id = $1`,
};

/** Calls that alerts lead to, from the moment something happens until they are delivered or given up. */
@Injectable()
export class AlertOutboxRepository implements OutboxRows<DueCall> {
  constructor(private readonly database: Database) {}

  /** Notes the calls for what happened to groups, in the transaction in which it happened. */
  async enqueue(tx: Transaction, events: readonly GroupEvent[]): Promise<void> {
    const rows = events.map(({ groupId, ...event }) => ({ group_id: groupId, ...event }));
    await tx.execute(ENQUEUE, [JSON.stringify(rows)]);
  }

  /** Notes the calls for groups that came more often in the last minute than an alert allows; at most one an hour. */
  async enqueueRates(now: Date): Promise<void> {
    await this.database.execute(ENQUEUE_RATES, [now]);
  }

  /** Alerts are the receivers: each names one address. */
  async claim(limits: DeliveryLimits, leaseSeconds: number, busy: readonly string[]): Promise<DueCall[]> {
    const rows = await this.database.query<DueRow>(CLAIM, [limits.inAll, leaseSeconds, limits.ofOne, busy]);
    return rows.map((row) => ({
      id: row.id,
      receiver: row.alert_id,
      attempts: row.attempts,
      event: row.event,
      happenedAt: row.created_at,
      alert: {
        id: row.alert_id,
        name: row.name,
        channel: row.channel,
        url: row.url,
        encryptedSecret: row.encrypted_secret,
      },
      group: {
        id: row.group_id,
        title: row.title,
        culprit: row.culprit,
        severity: row.severity,
        status: row.status,
        count: Number(row.count),
        service: row.service,
        release: row.release,
        firstSeen: row.first_seen,
        lastSeen: row.last_seen,
      },
    }));
  }

  async settle({ id }: DueCall, { status, error }: DeliveryResult, retryInSeconds: number | undefined): Promise<void> {
    const isDelivered = error === undefined;
    await this.database.execute(SETTLE, [id, status ?? null, error ?? null, isDelivered, retryInSeconds ?? null]);
  }
}
