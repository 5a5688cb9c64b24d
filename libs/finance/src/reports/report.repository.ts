import { Injectable } from '@nestjs/common';
import { And, Between, In, LessThan, Like, MoreThanOrEqual } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { AccountType } from '../books/account.js';
import { accountsNow } from '../tables/accounts-now.repository.js';
import { AccountEntity } from '../tables/account.entity.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';

/** What an account's balance did between two days. Minor units; `opening` is debit-positive. */
export interface AccountSums {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  opening: bigint;
  debits: bigint;
  credits: bigint;
}

/** Income by day and channel, in minor units. */
export interface RevenueSum {
  day: string;
  channel: string;
  currency: string;
  amount: bigint;
}

/** Anything that asks: the pool, or a transaction. */
export type Asker = Pick<Transaction, 'repository' | 'query'>;

/** Questions that are answered from the sums of days, so that they cost the days asked for and not the transactions of those days. */
@Injectable()
export class ReportRepository {
  constructor(protected readonly database: Database) {}

  /** Of accounts that anything was posted to by the end. Days are `2026-11-24`, both inclusive. */
  async sumsByAccount(
    from: string,
    to: string,
    currency?: string,
    asker: Asker = this.database,
  ): Promise<AccountSums[]> {
    const accounts = accountsNow(asker);
    if (currency !== undefined) accounts.where({ currency });
    const sums = await asker
      .repository(DailyEntity)
      .createQueryBuilder('d')
      .select('d.accountId', 'id')
      .addSelect('sum(CASE WHEN d.day < :from THEN d.debits - d.credits ELSE 0 END)', 'opening')
      .addSelect('sum(CASE WHEN d.day >= :from THEN d.debits ELSE 0 END)', 'debits')
      .addSelect('sum(CASE WHEN d.day >= :from THEN d.credits ELSE 0 END)', 'credits')
      .where('d.day <= :to', { from, to })
      .groupBy('d.accountId')
      .getRawMany<Record<'id' | 'opening' | 'debits' | 'credits', string>>();
    const byId = new Map(sums.map((sum) => [sum.id, sum]));
    return (await accounts.orderBy('a.code').getMany()).flatMap(({ id, code, name, type, balance, ...account }) => {
      const sum = byId.get(id.toString());
      if (!sum) return [];
      const { opening, debits, credits } = sum;
      return {
        code,
        name: balance.name ?? name,
        type,
        currency: account.currency,
        opening: BigInt(opening),
        debits: BigInt(debits),
        credits: BigInt(credits),
      };
    });
  }

  /** Net of refunds and discounts, by day, currency and channel. Days are inclusive. */
  async revenue(from: string, to: string, currency?: string): Promise<RevenueSum[]> {
    const own = currency === undefined ? {} : { currency };
    const accounts = await this.database.repository(AccountEntity).findBy([
      { ...own, type: 'revenue' },
      { ...own, code: Like('expenses:refunds:%') },
      { ...own, code: Like('expenses:discounts:%') },
    ]);
    const currencies = new Map(accounts.map((account) => [account.id, account.currency]));
    const days = await this.database
      .repository(DailyEntity)
      .findBy({ accountId: In([...currencies.keys()]), day: Between(from, to) });
    const sums = new Map<string, RevenueSum>();
    for (const { accountId, day, channel, debits, credits } of days) {
      const sum = { day, channel, currency: currencies.get(accountId) ?? '', amount: 0n };
      const key = `${sum.day} ${sum.currency} ${channel}`;
      sums.set(key, { ...sum, amount: (sums.get(key)?.amount ?? 0n) + credits - debits });
    }
    return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  }

  /** The first day that anything is effective on, from a day on and before another one; `undefined` when there is none. */
  async firstDay(tx: Transaction, since: string, before: string): Promise<string | undefined> {
    const [first] = await tx.repository(DailyEntity).find({
      where: { day: And(MoreThanOrEqual(since), LessThan(before)) },
      order: { day: 'ASC' },
      take: 1,
    });
    return first?.day;
  }

  /** Posted transactions that are effective between two instants, the second exclusive. */
  countPosted(tx: Transaction, from: Date, to: Date): Promise<number> {
    const effectiveAt = And(MoreThanOrEqual(from), LessThan(to));
    return tx.repository(TransactionEntity).countBy({ effectiveAt, state: 'posted' });
  }
}
