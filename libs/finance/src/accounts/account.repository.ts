import { Injectable } from '@nestjs/common';
import { Between, type FindOptionsWhere, LessThan, LessThanOrEqual, Like, MoreThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Account, AccountType } from '../books/account.js';
import { type AccountNow, accountsNow } from '../tables/accounts-now.repository.js';
import { BooksCalendar } from '../books/calendar.js';
import type { AccountChange } from '../chain/leaves.js';
import { AccountChangeEntity } from '../tables/account-change.entity.js';
import { BalanceEntity } from '../tables/balance.entity.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { EntryEntity } from '../tables/entry.entity.js';

/** An account with what is posted to it (debits less credits) and what pending transactions hold on each side. */
export interface AccountWithNet extends Account {
  readonly id: string;
  readonly net: bigint;
  readonly heldDebits: bigint;
  readonly heldCredits: bigint;
  /** Nothing is posted to it any more. */
  readonly isClosed: boolean;
}

/** Which accounts a list shows. */
export interface AccountFilter {
  type?: AccountType | undefined;
  currency?: string | undefined;
  isClosed?: boolean | undefined;
  /** Beginning of their codes. */
  prefix?: string | undefined;
  /** Somewhere in their codes or names, in any case. */
  text?: string | undefined;
}

/** A line of an account's statement. */
export interface Entry {
  version: bigint;
  transactionId: string;
  amount: bigint;
  netAfter: bigint;
  effectiveAt: Date;
  recordedAt: Date;
}

/** An entry that an account begins before. */
const NOTHING_YET = { version: 0n, net: 0n };

/** Questions about accounts. */
@Injectable()
export class AccountRepository {
  constructor(
    protected readonly database: Database,
    protected readonly calendar: BooksCalendar,
  ) {}

  async findByCode(
    code: string,
    asker: Pick<Transaction, 'repository' | 'query'> = this.database,
  ): Promise<AccountWithNet | undefined> {
    const account = await accountsNow(asker).where({ code }).getOne();
    return account ? accountWithNet(account) : undefined;
  }

  /** In the order of their codes, after the given one. */
  async listByCode(limit: number, filter: AccountFilter, after?: string): Promise<AccountWithNet[]> {
    const { type, currency, isClosed, prefix, text } = filter;
    const builder = accountsNow(this.database);
    if (after !== undefined) builder.andWhere({ code: MoreThan(after) });
    if (type !== undefined) builder.andWhere({ type });
    if (currency !== undefined) builder.andWhere({ currency });
    if (isClosed !== undefined) builder.andWhere('b.isClosed = :isClosed', { isClosed });
    if (prefix !== undefined) builder.andWhere({ code: Like(`${prefix.replace(/[\\%_]/g, '\\$&')}%`) });
    if (text !== undefined) {
      const { contains } = this.database.dialect;
      const texts = [contains('a.code', ':text'), contains('coalesce(b.name, a.name)', ':text')];
      builder.andWhere(`(${texts.join(' OR ')})`, { text });
    }
    return (await builder.orderBy('a.code').limit(limit).getMany()).map(accountWithNet);
  }

  /** How often an account was changed. */
  countChanges(tx: Transaction, accountId: string): Promise<number> {
    return tx.repository(AccountChangeEntity).countBy({ accountId: BigInt(accountId) });
  }

  /** Notes a change, in the block it is sealed in. */
  async change(tx: Transaction, id: string, change: AccountChange, blockNumber: number): Promise<void> {
    const { number, name, isClosed, principalId } = change;
    const [accountId, recordedAt] = [BigInt(id), new Date(change.recordedAt)];
    const row = { accountId, number, name, isClosed, principalId, recordedAt, blockNumber };
    await tx.insertMany(AccountChangeEntity, [row]);
    await tx.repository(BalanceEntity).update({ accountId }, { name, isClosed });
  }

  /** Latest first, before the given version. */
  entriesOf(accountId: string, limit: number, before?: bigint): Promise<Entry[]> {
    return this.database.repository(EntryEntity).find({
      where: { accountId: BigInt(accountId), ...(before !== undefined && { version: LessThan(before) }) },
      order: { version: 'DESC' },
      take: limit,
    });
  }

  /** Debits less credits of what was effective by a time, inclusive: what was there before its day, and that day's entries. */
  async netEffectiveAt(id: string, at: Date): Promise<bigint> {
    const accountId = BigInt(id);
    const day = this.calendar.dayOf(at);
    const before = await this.database
      .repository(DailyEntity)
      .createQueryBuilder('d')
      .select('coalesce(sum(d.debits - d.credits), 0)', 'net')
      .where({ accountId, day: LessThan(day) })
      .getRawOne<{ net: string }>();
    const ofDay = await this.sum({ accountId, effectiveAt: Between(this.calendar.startOf(day), at) });
    return BigInt(before?.net ?? 0) + ofDay;
  }

  /** The latest entry that was recorded by a time, inclusive: entries are recorded in the order of their numbers, so it is found by halves. */
  async latestKnownAt(id: string, at: Date): Promise<{ version: bigint; net: bigint; later: bigint }> {
    const accountId = BigInt(id);
    const entries = this.database.repository(EntryEntity);
    const balance = await this.database.repository(BalanceEntity).findOneBy({ accountId });
    const latest = balance?.version ?? 0n;
    let [known, high] = [NOTHING_YET, latest];
    while (known.version < high) {
      const version = (known.version + high + 1n) / 2n;
      const entry = await entries.findOneByOrFail({ accountId, version });
      if (entry.recordedAt <= at) known = { version, net: entry.netAfter };
      else high = version - 1n;
    }
    return { ...known, later: latest - known.version };
  }

  /** Debits less credits of entries after a number that were effective by a time, inclusive. */
  netAfter(accountId: string, version: bigint, effectiveAt: Date): Promise<bigint> {
    return this.sum({
      accountId: BigInt(accountId),
      version: MoreThan(version),
      effectiveAt: LessThanOrEqual(effectiveAt),
    });
  }

  /** Debits less credits of entries up to a number that were effective after a time. */
  netBeyond(accountId: string, version: bigint, effectiveAt: Date): Promise<bigint> {
    return this.sum({
      accountId: BigInt(accountId),
      version: LessThanOrEqual(version),
      effectiveAt: MoreThan(effectiveAt),
    });
  }

  private async sum(where: FindOptionsWhere<EntryEntity>): Promise<bigint> {
    const sum = await this.database
      .repository(EntryEntity)
      .createQueryBuilder('e')
      .select('coalesce(sum(e.amount), 0)', 'net')
      .where(where)
      .getRawOne<{ net: string }>();
    return BigInt(sum?.net ?? 0);
  }
}

export function accountWithNet({ balance, ...account }: AccountNow): AccountWithNet {
  const { code, type, currency, metadata, minBalance, maxBalance, createdAt } = account;
  const { net, heldDebits, heldCredits, isClosed } = balance;
  return {
    id: account.id.toString(),
    code,
    name: balance.name ?? account.name,
    type,
    currency,
    metadata,
    minBalance,
    maxBalance,
    createdAt,
    net,
    heldDebits,
    heldCredits,
    isClosed,
  };
}
