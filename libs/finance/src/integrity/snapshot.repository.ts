import { Injectable } from '@nestjs/common';
import { And, LessThan, MoreThanOrEqual } from 'typeorm';
import { Database, keyset, type Transaction as DatabaseTransaction } from '#platform/database';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { accountsNow } from '../tables/accounts-now.repository.js';
import { accountWithNet, type AccountWithNet } from '../accounts/account.repository.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';

/** Rows that are in memory at a time. */
export const PAGE = 1_000;

/** When transactions are effective: from a time on and before another one. */
export interface EffectiveSpan {
  readonly from: Date;
  readonly to: Date;
}

/** Reads the whole ledger as it was at one moment, whatever is posted meanwhile. */
@Injectable()
export class SnapshotRepository {
  constructor(private readonly database: Database) {}

  /** Everything `work` reads through its transaction is of one moment. */
  read<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
    return this.database.snapshot(work);
  }

  /** By code. */
  async accounts(tx: DatabaseTransaction): Promise<AccountWithNet[]> {
    return (await accountsNow(tx).orderBy('a.code').getMany()).map(accountWithNet);
  }

  /** Latest day that anything is effective, `2026-11-24`; 1970 when there is nothing. */
  async lastDay(tx: DatabaseTransaction): Promise<string> {
    const [last] = await tx.repository(DailyEntity).find({ order: { day: 'DESC' }, take: 1 });
    return last?.day ?? '1970-01-01';
  }

  /** Posted transactions, in the order of their recording; those that are effective in a span of time if one is given. */
  async *postedTransactions(tx: DatabaseTransaction, span?: EffectiveSpan): AsyncGenerator<Transaction[]> {
    let last: TransactionEntity | undefined;
    do {
      const builder = tx.repository(TransactionEntity).createQueryBuilder('t').where({ state: 'posted' });
      if (span) builder.andWhere({ effectiveAt: And(MoreThanOrEqual(span.from), LessThan(span.to)) });
      const after = last && [last.recordedAt, last.id];
      const page = await keyset(builder, ['t.recordedAt', 't.id'], 'ASC', after).limit(PAGE).getMany();
      if (page.length > 0) yield page.map(toTransaction);
      last = page[PAGE - 1];
    } while (last);
  }
}
