import { Injectable } from '@nestjs/common';
import { Between, In, LessThan, type Repository } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { BulletinEntity } from '../tables/bulletin.entity.js';
import { ChangeEntity } from '../tables/change.entity.js';
import type { Bulletin, Change } from './bulletin.js';

/** How far the bulletins have come. */
export interface LastBulletin {
  readonly number: number;
  readonly auditTo: number;
  readonly blocksTo: number;
}

/** Changes that waited, and when the oldest of them was noted. */
export interface TakenChanges {
  readonly changes: Change[];
  readonly notedAt: Date | null;
}

/** Changes, and the bulletins that are made of them. */
@Injectable()
export class BulletinRepository {
  constructor(private readonly database: Database) {}

  /** Whether changes wait. */
  async isWaiting(): Promise<boolean> {
    const [change] = await this.database
      .repository(ChangeEntity)
      .find({ select: { id: true }, order: { id: 'ASC' }, take: 1 });
    return change !== undefined;
  }

  /** The last bulletin; `undefined` before the first. */
  async last(tx?: Transaction): Promise<LastBulletin | undefined> {
    const [last] = await this.of(tx).find({
      select: { number: true, auditTo: true, blocksTo: true },
      order: { number: 'DESC' },
      take: 1,
    });
    return last;
  }

  /** Number of the oldest bulletin that is kept; `undefined` of none. */
  async oldest(): Promise<number | undefined> {
    const [oldest] = await this.of().find({ select: { number: true }, order: { number: 'ASC' }, take: 1 });
    return oldest?.number;
  }

  /** The bulletins from one on up to another, at most so many, in order. */
  async between(from: number, to: number, limit: number): Promise<Bulletin[]> {
    const rows = await this.of().find({ where: { number: Between(from, to) }, order: { number: 'ASC' }, take: limit });
    return rows.map(({ number, madeAt, auditAfter, auditTo, blocksAfter, blocksTo, changes, notedAt }) => ({
      number,
      madeAt,
      audit: { after: auditAfter, to: auditTo },
      blocks: { after: blocksAfter, to: blocksTo },
      changes,
      notedAt,
    }));
  }

  /** Takes changes that wait away, in the order in which they were noted. The caller holds the lock of who makes bulletins. */
  async takeChanges(tx: Transaction, limit: number): Promise<TakenChanges> {
    const changes = tx.repository(ChangeEntity);
    const rows = await changes.find({ order: { id: 'ASC' }, take: limit });
    if (rows.length > 0) await changes.delete({ id: In(rows.map(({ id }) => id)) });
    const times = rows.map(({ notedAt }) => notedAt.getTime());
    return {
      notedAt: rows.length === 0 ? null : new Date(Math.min(...times)),
      changes: rows.map(({ kind, subjectId, eventSeq, eventType }) => ({
        kind,
        id: subjectId,
        ...(eventSeq !== null && { seq: eventSeq }),
        ...(eventType !== null && { type: eventType }),
      })),
    };
  }

  async insert(tx: Transaction, bulletin: Omit<BulletinEntity, 'madeAt'>): Promise<void> {
    await tx.insertMany(BulletinEntity, [bulletin]);
  }

  /** Removes bulletins that are older than so many seconds. The last one stays: it says how far they have come. */
  async removeOlderThan(seconds: number): Promise<void> {
    const last = await this.last();
    if (last) await this.of().delete({ number: LessThan(last.number), madeAt: this.database.dialect.past(seconds) });
  }

  private of(tx?: Transaction): Repository<BulletinEntity> {
    return (tx ?? this.database).repository(BulletinEntity);
  }
}
