import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

export interface NewAuditEvent {
  id: string;
  occurredAt: Date;
  action: string;
  outcome: 'success' | 'failure';
  actorId: string | undefined;
  subjectId: string | undefined;
  ip: string | undefined;
  userAgent: string | undefined;
  correlationId: string | undefined;
  details: Readonly<Record<string, unknown>>;
}

export interface AuditRow extends Record<string, unknown> {
  id: string;
  occurred_at: Date;
  action: string;
  outcome: 'success' | 'failure';
  actor_id: string | null;
  subject_id: string | null;
  ip: string | null;
  details: Record<string, unknown>;
}

const INSERT = {
  name: 'audit_event_insert',
  text: `INSERT INTO audit_event (id, occurred_at, action, outcome, actor_id, subject_id, ip, user_agent, correlation_id, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

/** The audit trail: rows are added, never changed. */
@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  /** @param tx the transaction of what is audited, so that neither exists without the other; `undefined` for refusals */
  async insert(tx: Transaction | undefined, event: NewAuditEvent): Promise<void> {
    const { id, occurredAt, action, outcome, actorId, subjectId, ip, userAgent, correlationId, details } = event;
    await (tx ?? this.database).execute(INSERT, [
      id,
      occurredAt,
      action,
      outcome,
      actorId ?? null,
      subjectId ?? null,
      ip ?? null,
      userAgent ?? null,
      correlationId ?? null,
      details,
    ]);
  }

  /** The latest events, newest first, optionally before an instant. */
  latest(limit: number, before?: Date): Promise<AuditRow[]> {
    return this.database.query<AuditRow>(
      `SELECT id, occurred_at, action, outcome, actor_id, subject_id, ip, details
       FROM audit_event WHERE occurred_at < $2 ORDER BY occurred_at DESC, id DESC LIMIT $1`,
      [limit, before ?? 'infinity'],
    );
  }
}
