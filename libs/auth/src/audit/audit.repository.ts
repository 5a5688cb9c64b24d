import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type AuditFilter, AuditList } from './audit-list.postgres.js';

export type { AuditFilter } from './audit-list.postgres.js';

export interface NewAuditEvent {
  id: string;
  occurredAt: Date;
  action: string;
  outcome: 'success' | 'failure';
  actorId: string | undefined;
  subjectId: string | undefined;
  credentialId: string | undefined;
  ip: string | undefined;
  userAgent: string | undefined;
  correlationId: string | undefined;
  details: Readonly<Record<string, unknown>>;
}

/** An entry of the audit trail. */
export interface AuditEvent {
  /** Place in the trail, from 1 without gaps. */
  readonly sequence: number;
  readonly id: string;
  readonly occurredAt: Date;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly actorId: string | null;
  readonly subjectId: string | null;
  /** What the actor and the subject are called; null of nobody, and of users who were deleted. */
  readonly actorName: string | null;
  readonly subjectName: string | null;
  /** The session or key by which the actor acted; unknown of events from before it was kept. */
  readonly credentialId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly correlationId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: Buffer;
}

/** An entry as the verifier reads it: every field as text. */
export interface ChainLink {
  readonly sequence: number;
  readonly id: string;
  readonly fields: readonly (string | null)[];
  readonly hash: Buffer;
}

const INSERT = {
  name: 'audit_event_insert',
  text: `INSERT INTO audit_event (id, occurred_at, action, outcome, actor_id, subject_id, ip, user_agent, correlation_id, details, credential_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};

const LINKS = {
  name: 'audit_event_links',
  text: `SELECT sequence::text, id::text, ((extract(epoch FROM occurred_at) * 1000000)::bigint)::text, action, outcome,
                actor_id::text, subject_id::text, ip, user_agent, correlation_id, details::text, credential_id::text, hash
         FROM audit_event WHERE sequence > $1 AND sequence <= $2 ORDER BY audit_event.sequence LIMIT $3`,
};

/** Names stand beside the trail, not in it: it is never changed, and they must go when their owners are deleted (docs/adr/0016). */
const withNames = (events: string): string =>
  `SELECT e.*, actor.username AS actor_name, subject.username AS subject_name FROM (${events}) e
   LEFT JOIN user_account actor ON actor.id = e.actor_id AND actor.deleted_at IS NULL
   LEFT JOIN user_account subject ON subject.id = e.subject_id AND subject.deleted_at IS NULL
   ORDER BY e.sequence DESC`;

interface EventRow extends Record<string, unknown> {
  sequence: string;
  id: string;
  occurred_at: Date;
  action: string;
  outcome: 'success' | 'failure';
  actor_id: string | null;
  subject_id: string | null;
  actor_name: string | null;
  subject_name: string | null;
  credential_id: string | null;
  ip: string | null;
  user_agent: string | null;
  correlation_id: string | null;
  details: Record<string, unknown>;
  hash: Buffer;
}

/** The audit trail: rows are added, never changed; the database numbers and chains them. */
@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes everybody who adds an event wait until the transaction ends: do it last.
   *
   * @param tx the transaction of what is audited, so that neither exists without the other; `undefined` for refusals
   */
  async insert(tx: Transaction | undefined, event: NewAuditEvent): Promise<void> {
    const { id, occurredAt, action, outcome, actorId, subjectId, credentialId, ip, userAgent, correlationId, details } =
      event;
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
      credentialId ?? null,
    ]);
  }

  /** Newest first, below a place in the trail if one is given. */
  async list(filter: AuditFilter, limit: number, before?: number): Promise<AuditEvent[]> {
    const { text, values } = new AuditList(filter, limit, before).statement();
    const rows = await this.database.query<EventRow>(withNames(text), values);
    return rows.map(fromRow);
  }

  /** Where an event is in the chain. */
  async sequenceOf(id: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ sequence: string }>('SELECT sequence FROM audit_event WHERE id = $1', [
      id,
    ]);
    return row && Number(row.sequence);
  }

  /** The end of the chain, as the database remembers it apart from the events. */
  async head(): Promise<{ sequence: number; hash: Buffer }> {
    const [row] = await this.database.query<{ sequence: string; hash: Buffer }>(
      'SELECT sequence, hash FROM audit_head',
    );
    return { sequence: Number(row?.sequence ?? 0), hash: row?.hash ?? Buffer.alloc(0) };
  }

  /** Hash of the event at a place. */
  async hashAt(sequence: number): Promise<Buffer | undefined> {
    const sql = 'SELECT hash FROM audit_event WHERE sequence = $1';
    return (await this.database.query<{ hash: Buffer }>(sql, [sequence]))[0]?.hash;
  }

  /** Links after a place and up to another, in order. */
  async links(after: number, upTo: number, limit: number): Promise<ChainLink[]> {
    const rows = await this.database.query<Record<string, unknown>>(LINKS, [after, upTo, limit]);
    return rows.map((row) => {
      const { hash, ...columns } = row;
      const fields = Object.values(columns) as (string | null)[];
      return { sequence: Number(fields[0]), id: String(fields[1]), fields, hash: hash as Buffer };
    });
  }
}

function fromRow(row: EventRow): AuditEvent {
  return {
    sequence: Number(row.sequence),
    id: row.id,
    occurredAt: row.occurred_at,
    action: row.action,
    outcome: row.outcome,
    actorId: row.actor_id,
    subjectId: row.subject_id,
    actorName: row.actor_name,
    subjectName: row.subject_name,
    credentialId: row.credential_id,
    ip: row.ip,
    userAgent: row.user_agent,
    correlationId: row.correlation_id,
    details: row.details,
    hash: row.hash,
  };
}
