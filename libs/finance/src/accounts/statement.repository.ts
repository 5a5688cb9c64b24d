import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { DayRange } from '../books/day-range.js';
import { netBefore } from './net-before.postgres.js';
import { AccountRepository, type Entry, type EntryRow, toEntry } from './account.repository.js';

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

interface Span {
  from: Date;
  /** Exclusive. */
  to: Date;
}

const COLUMNS = 'version, transaction_id, amount, net_after, effective_at, recorded_at';

/** Questions about what an account did between two times. */
@Injectable()
export class StatementRepository {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountRepository,
  ) {}

  /** By effective time; balances are worked out in this order, as entries were recorded in another. */
  async byEffect(
    accountId: string,
    { from, to }: DayRange,
    span: Span,
    limit: number,
    after?: StatementPlace,
  ): Promise<StatementPage> {
    const [sums] = await this.database.query<{ opening: string; closing: string }>(
      `SELECT ${netBefore('$1', '$2::date')} AS opening, ${netBefore('$1', '($3::date + 1)')} AS closing`,
      [accountId, from, to],
    );
    const [opening, closing] = [BigInt(sums?.opening ?? 0), BigInt(sums?.closing ?? 0)];
    const place = after ?? { effectiveAt: span.from.toISOString(), version: '0', net: opening };
    const rows = await this.database.query<EntryRow>(
      `SELECT ${COLUMNS} FROM finance_entry
       WHERE account_id = $1 AND effective_at < $2 AND (effective_at, version) > ($3, $4) ORDER BY effective_at, version LIMIT $5`,
      [accountId, span.to, place.effectiveAt, place.version, limit],
    );
    let { net } = place;
    const entries = rows.map(toEntry).map((entry) => ({ ...entry, netAfter: (net += entry.amount) }));
    return { opening, closing, entries };
  }

  /** By the time of recording, which is the order of their numbers. */
  async byRecord(accountId: string, { from, to }: Span, limit: number, after?: StatementPlace): Promise<StatementPage> {
    const [before, until] = await Promise.all(
      [from, to].map((at) => this.accounts.latestKnownAt(accountId, new Date(at.getTime() - 1))),
    );
    const [opened, closed] = [before ?? { version: 0n, net: 0n }, until ?? { version: 0n, net: 0n }];
    const rows = await this.database.query<EntryRow>(
      `SELECT ${COLUMNS} FROM finance_entry WHERE account_id = $1 AND version > $2 AND version <= $3 ORDER BY version LIMIT $4`,
      [accountId, after?.version ?? opened.version.toString(), closed.version.toString(), limit],
    );
    return { opening: opened.net, closing: closed.net, entries: rows.map(toEntry) };
  }
}
