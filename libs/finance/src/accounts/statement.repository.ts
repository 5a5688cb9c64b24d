import { Injectable } from '@nestjs/common';
import { LessThan, LessThanOrEqual } from 'typeorm';
import { Database, keyset } from '#platform/database';
import type { DayRange } from '../books/day-range.js';
import { EntryEntity } from '../tables/entry.entity.js';
import { AccountRepository, type Entry } from './account.repository.js';

/** The last entry of a page, and the balance after it: the next page goes on from there. */
export interface StatementPlace {
  readonly effectiveAt: string;
  readonly version: string;
  readonly net: bigint;
}

/** A part of a statement, and the balances around the whole of it. Debits less credits. */
export interface StatementPage {
  opening: bigint;
  closing: bigint;
  entries: Entry[];
}

/** The balances around a statement. Debits less credits. */
export type StatementEnds = Pick<StatementPage, 'opening' | 'closing'>;

/** When the days of a statement begin and end. */
export interface Span {
  from: Date;
  /** Exclusive. */
  to: Date;
}

/** Questions about what an account did between two times. */
@Injectable()
export class StatementRepository {
  constructor(
    protected readonly database: Database,
    private readonly accounts: AccountRepository,
  ) {}

  /** By effective time; balances are worked out in this order, as entries were recorded in another. */
  async byEffect(
    accountId: string,
    days: DayRange,
    span: Span,
    limit: number,
    after?: StatementPlace,
  ): Promise<StatementPage> {
    const ends = await this.ends(accountId, days, span);
    const place = after ?? { effectiveAt: span.from.toISOString(), version: '0', net: ends.opening };
    const builder = this.database
      .repository(EntryEntity)
      .createQueryBuilder('e')
      .where({ accountId: BigInt(accountId), effectiveAt: LessThan(span.to) });
    const position = [place.effectiveAt, place.version];
    const found = await keyset(builder, ['e.effectiveAt', 'e.version'], 'ASC', position).limit(limit).getMany();
    let { net } = place;
    const entries = found.map((entry) => ({ ...entry, netAfter: (net += entry.amount) }));
    return { ...ends, entries };
  }

  /** By the time of recording, which is the order of their numbers. */
  async byRecord(accountId: string, { from, to }: Span, limit: number, after?: StatementPlace): Promise<StatementPage> {
    const [opened, closed] = await Promise.all([
      this.accounts.latestKnownAt(accountId, justBefore(from)),
      this.accounts.latestKnownAt(accountId, justBefore(to)),
    ]);
    const builder = this.database
      .repository(EntryEntity)
      .createQueryBuilder('e')
      .where({ accountId: BigInt(accountId), version: LessThanOrEqual(closed.version) });
    const position = [after?.version ?? opened.version.toString()];
    const entries = await keyset(builder, ['e.version'], 'ASC', position).limit(limit).getMany();
    return { opening: opened.net, closing: closed.net, entries };
  }

  /** By effective time. */
  protected async ends(accountId: string, _days: DayRange, { from, to }: Span): Promise<StatementEnds> {
    const [opening, closing] = await Promise.all([
      this.accounts.netEffectiveAt(accountId, justBefore(from)),
      this.accounts.netEffectiveAt(accountId, justBefore(to)),
    ]);
    return { opening, closing };
  }
}

function justBefore(time: Date): Date {
  return new Date(time.getTime() - 1);
}
