import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Delivery, DeliveryLimits, DeliveryResult, OutboxRows } from '#platform/jobs';
import { SEVERITIES, type Severity } from '#platform/kernel';
import type { AlertCall, AlertEvent } from './alert-call.js';
import type { GroupEvent } from './alert.js';
import type { AlertChannel } from './alert-channels.js';
import { AlertDeliveryEntity } from '../tables/alert-delivery.entity.js';
import { AlertEntity } from '../tables/alert.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';

/** A call that is due, with all that it tells. */
export interface DueCall extends Delivery, Omit<AlertCall, 'groupUrl'> {
  readonly alert: AlertCall['alert'] & { channel: AlertChannel; url: string; encryptedSecret: string };
  readonly correlationId: string | null;
}

/** Something that alerts may wait for. */
interface Happening {
  readonly groupId: string;
  readonly event: AlertEvent;
  readonly severity: Severity;
  readonly occasion: string;
  readonly correlationId: string | null;
  /** For `rate`: occurrences in the last minute. */
  readonly seen?: number;
}

const MINUTE_MS = 60_000;

/** Calls that alerts lead to, from the moment something happens until they are delivered or given up. */
@Injectable()
export class AlertOutboxRepository implements OutboxRows<DueCall> {
  constructor(private readonly database: Database) {}

  /** Notes the calls for what happened to groups, in the transaction in which it happened. */
  async enqueue(tx: Transaction, events: readonly GroupEvent[]): Promise<void> {
    const alerts = tx.repository(AlertEntity).createQueryBuilder('a');
    // One that is being deleted is waited for: a report must not fail for it.
    const waiting = await tx.holdMany(alerts.where({ event: In(events.map(({ event }) => event)) }).orderBy('a.id'));
    await this.insertCalls(tx, waiting, events);
  }

  /** Notes the calls for groups that came more often in the last minute than an alert allows; at most one an hour. */
  async enqueueRates(now: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const alerts = tx.repository(AlertEntity).createQueryBuilder('a');
      const waiting = await tx.holdMany(alerts.where({ event: 'rate' }).orderBy('a.id'));
      if (waiting.length === 0) return;
      const limit = Math.min(...waiting.map(({ ratePerMinute }) => ratePerMinute ?? Infinity));
      const seen = await this.seenMoreThan(tx, limit, now);
      const busy = { id: In([...seen.keys()]), status: Not('ignored' as const) };
      const groups = await tx.repository(ErrorGroupEntity).findBy(busy);
      const occasion = `rate:${now.toISOString().slice(0, 13)}`;
      const rates = groups.map(({ id, severity }) => ({
        groupId: id,
        event: 'rate' as const,
        severity,
        occasion,
        // Many reports together: none of them is the cause.
        correlationId: null,
        seen: seen.get(id) ?? 0,
      }));
      await this.insertCalls(tx, waiting, rates);
    });
  }

  /** Alerts are the receivers: each names one address. */
  async claim({ inAll, ofOne }: DeliveryLimits, leaseSeconds: number, busy: readonly string[]): Promise<DueCall[]> {
    const { now, plus, past } = this.database.dialect;
    const alerts = await this.alertsWithDueCalls(inAll, busy);
    if (alerts.length === 0) return [];
    return this.database.transaction(async (tx) => {
      const claimed: [AlertEntity, AlertDeliveryEntity][] = [];
      for (const alert of alerts) {
        const due = tx.repository(AlertDeliveryEntity).createQueryBuilder('d');
        due.where({ alertId: alert.id, nextAttemptAt: past() }).orderBy('d.nextAttemptAt');
        const calls = await tx.lockMany(due.limit(Math.min(ofOne, inAll - claimed.length)), true);
        claimed.push(...calls.map((call): [AlertEntity, AlertDeliveryEntity] => [alert, call]));
        if (claimed.length === inAll) break;
      }
      if (claimed.length === 0) return [];
      const next = { attempts: () => 'attempts + 1', nextAttemptAt: () => plus(now, String(leaseSeconds)) };
      await tx.repository(AlertDeliveryEntity).update({ id: In(claimed.map(([, { id }]) => id)) }, next);
      const ids = new Set(claimed.map(([, { groupId }]) => groupId));
      const groups = await tx.repository(ErrorGroupEntity).findBy({ id: In([...ids]) });
      const groupOf = new Map(groups.map((group) => [group.id, group]));
      return claimed.map(([alert, call]) => dueCall(alert, call, groupOf.get(call.groupId)!));
    });
  }

  async settle({ id }: DueCall, { status, error }: DeliveryResult, retryInSeconds: number | undefined): Promise<void> {
    const { now, plus } = this.database.dialect;
    await this.database.repository(AlertDeliveryEntity).update(
      { id: BigInt(id) },
      {
        lastStatus: status ?? null,
        lastError: error ?? null,
        deliveredAt: error === undefined ? () => now : null,
        nextAttemptAt: retryInSeconds === undefined ? null : () => plus(now, String(retryInSeconds)),
      },
    );
  }

  private async insertCalls(
    tx: Transaction,
    alerts: readonly AlertEntity[],
    happenings: readonly Happening[],
  ): Promise<void> {
    const calls = alerts.flatMap((alert) =>
      happenings
        .filter((happening) => isMeant(alert, happening))
        .map(({ groupId, event, occasion, correlationId }) => ({
          alertId: alert.id,
          groupId,
          event,
          occasion,
          correlationId,
        })),
    );
    const nextAttemptAt = (): string => this.database.dialect.now;
    await tx.insertMany(
      AlertDeliveryEntity,
      calls.map((call) => ({ ...call, nextAttemptAt })),
      { ignore: true },
    );
  }

  /** How often groups came in the last minute, as far as it was more often than a limit. */
  private async seenMoreThan(tx: Transaction, limit: number, now: Date): Promise<Map<string, number>> {
    const since = new Date(now.getTime() - MINUTE_MS);
    const rows = await tx
      .repository(OccurrenceEntity)
      .createQueryBuilder('o')
      .innerJoin(ErrorGroupEntity, 'g', 'g.id = o.groupId')
      .select('COALESCE(g.mergedInto, g.id)', 'id')
      .addSelect('COUNT(*)', 'seen')
      .where('o.receivedAt > :since AND o.receivedAt <= :now', { since, now })
      .groupBy('COALESCE(g.mergedInto, g.id)')
      .having('COUNT(*) > :limit', { limit })
      .getRawMany<{ id: string; seen: string }>();
    return new Map(rows.map(({ id, seen }) => [id, Number(seen)]));
  }

  private alertsWithDueCalls(limit: number, busy: readonly string[]): Promise<AlertEntity[]> {
    const builder = this.database
      .repository(AlertEntity)
      .createQueryBuilder('a')
      .where({ id: Not(In(busy)) });
    const due = builder
      .subQuery()
      .select('d.id')
      .from(AlertDeliveryEntity, 'd')
      .where(`d.alertId = a.id AND d.nextAttemptAt <= ${this.database.dialect.now}`);
    return builder.andWhereExists(due).orderBy('a.id').limit(limit).getMany();
  }
}

/** Whether an alert waits for this. */
function isMeant(alert: AlertEntity, { event, severity, seen = 0 }: Happening): boolean {
  const isGrave = alert.severity === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(alert.severity);
  return alert.event === event && isGrave && (alert.ratePerMinute === null || seen > alert.ratePerMinute);
}

function dueCall(alert: AlertEntity, call: AlertDeliveryEntity, group: ErrorGroupEntity): DueCall {
  const { id, name, channel, url, encryptedSecret } = alert;
  const { title, culprit, severity, status, count, service, release, firstSeen, lastSeen } = group;
  return {
    id: String(call.id),
    receiver: id,
    attempts: call.attempts + 1,
    event: call.event,
    happenedAt: call.createdAt,
    correlationId: call.correlationId,
    alert: { id, name, channel, url, encryptedSecret },
    group: { id: group.id, title, culprit, severity, status, count, service, release, firstSeen, lastSeen },
  };
}
