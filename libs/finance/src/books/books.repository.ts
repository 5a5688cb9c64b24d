import { Injectable } from '@nestjs/common';
import { keyset, type Transaction } from '#platform/database';
import { AccountEntity } from '../tables/account.entity.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { EntryEntity } from '../tables/entry.entity.js';
import { HeadEntity } from '../tables/head.entity.js';
import { PeriodEntity } from '../tables/period.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';
import type { AccountType } from './account.js';
import type { BooksCalendar } from './calendar.js';
import { channelOf, DaySums } from './day-sums.js';

/** Entries that are summed up at a time. */
const PAGE = 5_000;

interface SummedEntry {
  id: string;
  version: string;
  amount: string;
  at: Date;
  type: AccountType;
  channel: string | null;
}

/** Where days of the ledger begin. */
@Injectable()
export class BooksRepository {
  /** The zone, and whether any month was closed in it. Nobody posts until the transaction ends. */
  async lock(tx: Transaction): Promise<{ zone: string; isClosed: boolean }> {
    const head = await tx.lockOne(HeadEntity, { isOnly: true });
    if (!head) throw new Error('The ledger has no head');
    return { zone: head.timeZone, isClosed: await tx.repository(PeriodEntity).exists() };
  }

  /** Sums up the days anew, in another zone. */
  async moveTo(tx: Transaction, calendar: BooksCalendar): Promise<void> {
    await tx.repository(HeadEntity).update({ isOnly: true }, { timeZone: calendar.zone });
    await tx.repository(DailyEntity).createQueryBuilder().delete().execute();
    const sums = new DaySums(calendar);
    for await (const entries of entriesOf(tx)) {
      for (const { id, amount, at, type, channel } of entries)
        sums.add([{ accountId: id, effectiveAt: at, channel: channelOf(type, channel), amount: BigInt(amount) }]);
    }
    await tx.insertMany(
      DailyEntity,
      sums.all.map((sum) => ({ ...sum, accountId: BigInt(sum.accountId) })),
    );
  }
}

/** All entries, by account and number, a page at a time. */
async function* entriesOf(tx: Transaction): AsyncGenerator<SummedEntry[]> {
  let last: SummedEntry | undefined;
  do {
    const builder = tx
      .repository(EntryEntity)
      .createQueryBuilder('e')
      .innerJoin(AccountEntity, 'a', 'a.id = e.accountId')
      .innerJoin(TransactionEntity, 't', 't.id = e.transactionId')
      .select('e.accountId', 'id')
      .addSelect('e.version', 'version')
      .addSelect('e.amount', 'amount')
      .addSelect('e.effectiveAt', 'at')
      .addSelect('a.type', 'type')
      .addSelect('t.channel', 'channel');
    const position = last && [last.id, last.version];
    const page = await keyset(builder, ['e.accountId', 'e.version'], 'ASC', position)
      .limit(PAGE)
      .getRawMany<SummedEntry>();
    yield page;
    last = page[PAGE - 1];
  } while (last);
}
