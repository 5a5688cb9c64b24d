import { Injectable } from '@nestjs/common';
import { Between, In, IsNull, LessThan, MoreThanOrEqual } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AuditEventEntity } from '../tables/audit-event.entity.js';
import { AuditHeadEntity } from '../tables/audit-head.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** Which entries are asked for. */
export interface AuditFilter {
  actorId?: string | undefined;
  subjectId?: string | undefined;
  credentialId?: string | undefined;
  correlationId?: string | undefined;
  action?: string | undefined;
  outcome?: 'success' | 'failure' | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

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

/** The audit trail: rows are added, never changed; the database numbers and chains them. */
@Injectable()
export class AuditRepository {
  constructor(protected readonly database: Database) {}

  /**
   * Makes everybody who adds an event wait until the transaction ends: do it last.
   *
   * @param tx the transaction of what is audited, so that neither exists without the other; `undefined` for refusals
   */
  async insert(tx: Transaction | undefined, event: NewAuditEvent): Promise<void> {
    const { actorId, subjectId, credentialId, ip, userAgent, correlationId, details } = event;
    const unknown = {
      actorId: actorId ?? null,
      subjectId: subjectId ?? null,
      credentialId: credentialId ?? null,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      correlationId: correlationId ?? null,
    };
    await (tx ?? this.database).insertMany(AuditEventEntity, [{ ...event, ...unknown, details: { ...details } }]);
  }

  /** Newest first, below a place in the trail if one is given. */
  async list(filter: AuditFilter, limit: number, before?: number): Promise<AuditEvent[]> {
    const { since, until, ...equal } = filter;
    const builder = this.database.repository(AuditEventEntity).createQueryBuilder('e');
    for (const [property, value] of Object.entries(equal)) {
      if (value !== undefined) builder.andWhere({ [property]: value });
    }
    if (since) builder.andWhere({ occurredAt: MoreThanOrEqual(since) });
    if (until) builder.andWhere({ occurredAt: LessThan(until) });
    if (before !== undefined) builder.andWhere({ sequence: LessThan(BigInt(before)) });
    return this.withNames(await builder.orderBy('e.sequence', 'DESC').limit(limit).getMany());
  }

  /** Oldest first, behind a place in the trail and up to another. */
  async between(after: number, to: number): Promise<AuditEvent[]> {
    const sequence = Between(BigInt(after + 1), BigInt(to));
    const found = { where: { sequence }, order: { sequence: 'ASC' } } as const;
    return this.withNames(await this.database.repository(AuditEventEntity).find(found));
  }

  /** Where an event is in the chain. */
  async sequenceOf(id: string): Promise<number | undefined> {
    const event = await this.database.repository(AuditEventEntity).findOneBy({ id });
    return event ? Number(event.sequence) : undefined;
  }

  /** The end of the chain, as the database remembers it apart from the events. */
  async head(): Promise<{ sequence: number; hash: Buffer }> {
    const [head] = await this.database.repository(AuditHeadEntity).find();
    return { sequence: Number(head?.sequence ?? 0), hash: head?.hash ?? Buffer.alloc(0) };
  }

  /** Hash of the event at a place. */
  async hashAt(sequence: number): Promise<Buffer | undefined> {
    const event = await this.database.repository(AuditEventEntity).findOneBy({ sequence: BigInt(sequence) });
    return event?.hash;
  }

  /** Links after a place and up to another, in order. */
  async links(after: number, upTo: number, limit: number): Promise<ChainLink[]> {
    const { entities, raw } = await this.database
      .repository(AuditEventEntity)
      .createQueryBuilder('e')
      // As the database wrote it, for it was hashed so.
      .addSelect('CAST(e.details AS text)', 'details_text')
      .where('e.sequence > :after AND e.sequence <= :upTo', { after, upTo })
      .orderBy('e.sequence')
      .limit(limit)
      .getRawAndEntities<{ details_text: string }>();
    return entities.map((event, index) => {
      const { id, occurredAt, action, outcome, actorId, subjectId, ip, userAgent, correlationId, credentialId } = event;
      const micros = String(BigInt(occurredAt.getTime()) * 1000n);
      const [sequence, details] = [String(event.sequence), raw[index]?.details_text ?? null];
      const head = [sequence, id, micros, action, outcome, actorId, subjectId, ip, userAgent, correlationId];
      return { sequence: Number(sequence), id, fields: [...head, details, credentialId], hash: event.hash };
    });
  }

  /** Names stand beside the trail, not in it: it is never changed, and they must go when their owners are deleted (docs/adr/0016). */
  protected async withNames(events: readonly AuditEventEntity[]): Promise<AuditEvent[]> {
    const ids = new Set(events.flatMap(({ actorId, subjectId }) => [actorId, subjectId]).filter((id) => id !== null));
    const users =
      ids.size === 0
        ? []
        : await this.database.repository(UserEntity).findBy({ id: In([...ids]), deletedAt: IsNull() });
    const names = new Map(users.map(({ id, username }) => [id, username]));
    const nameOf = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? null));
    return events.map((event) => ({
      ...event,
      sequence: Number(event.sequence),
      actorName: nameOf(event.actorId),
      subjectName: nameOf(event.subjectId),
    }));
  }
}
