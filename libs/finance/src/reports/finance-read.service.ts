import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { formatMoney } from '../books/money.js';
import type { Transaction } from '../books/transaction.js';
import { type LastCounted, TransactionRepository } from '../transactions/transaction.repository.js';
import { ReportService } from './report.service.js';

const DAY_MS = 86_400_000;

/** Money of one currency, as decimal text in major units. */
export interface Revenue {
  readonly currency: string;
  readonly amount: string;
}

/** Money of one currency on one day of the books. */
export interface DailyRevenue extends Revenue {
  /** `2026-11-24` */
  readonly day: string;
}

/** A transaction, in short. */
export interface RecentTransaction {
  readonly id: string;
  readonly type: string;
  readonly amount: string;
  readonly currency: string;
  readonly channel: string | null;
  readonly createdAt: Date;
  readonly createdBy: string | null;
  readonly correlationId: string | null;
}

/** Which of the latest transactions. */
export interface RecentFilter {
  readonly type?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly since?: Date | undefined;
}

/** What other modules may know of the ledger. Revenue is net of refunds and discounts, by effective day. */
@Injectable()
export class FinanceReadService {
  private counted: { midnight: Date; count: number; last: LastCounted } | undefined;

  constructor(
    private readonly transactions: TransactionRepository,
    private readonly reports: ReportService,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** Revenue since midnight, one entry a currency. */
  async revenueToday(): Promise<Revenue[]> {
    return (await this.revenueByDay(1)).map(({ currency, amount }) => ({ currency, amount }));
  }

  /** Revenue of the last days, today included, oldest first; days without any are left out. */
  async revenueByDay(days: number): Promise<DailyRevenue[]> {
    const today = this.calendar.dayOf(this.clock.now());
    const since = new Date(Date.parse(today) - (days - 1) * DAY_MS).toISOString().slice(0, 10);
    return (await this.reports.revenue({ from: since, to: today })).byDay;
  }

  /** Transactions recorded since midnight. Only those since the last question are counted: a busy day has a million. */
  async transactionsToday(): Promise<number> {
    const midnight = this.midnight();
    const isSameDay = this.counted?.midnight.getTime() === midnight.getTime();
    const before = isSameDay && this.counted ? this.counted : { midnight, count: 0, last: { at: midnight, block: -1 } };
    const { count, last } = await this.transactions.countBehind(before.last);
    this.counted = { midnight, count: before.count + count, last };
    return this.counted.count;
  }

  /** The latest transactions, newest first: recorded before an instant, or at it behind one of them. */
  async recentTransactions(
    limit: number,
    { type, createdBy, since }: RecentFilter = {},
    at?: Date,
    afterId?: string,
  ): Promise<RecentTransaction[]> {
    const position =
      at && afterId !== undefined ? { at: at.toISOString(), id: afterId, version: undefined } : undefined;
    const filter = { type, createdBy, recordedFrom: since, recordedTo: position ? undefined : at };
    const found = await this.transactions.listLatest(limit, filter, position);
    return found.map(({ transaction }) => inShort(transaction));
  }

  /** Numbers of the blocks in which transactions are sealed. */
  blocksOf(ids: readonly string[]): Promise<Map<string, number>> {
    return this.transactions.blocksOf(ids);
  }

  /** Number of the last block. Blocks are committed in the order of their numbers: none is added below it later. */
  position(): Promise<number> {
    return this.transactions.lastBlock();
  }

  /** The transactions of the blocks behind one and up to another, oldest first, at most so many. */
  async transactionsOfBlocks(after: number, to: number, limit: number): Promise<RecentTransaction[]> {
    return (await this.transactions.ofBlocks(after, to, limit)).map(inShort);
  }

  private midnight(): Date {
    return this.calendar.startOf(this.calendar.dayOf(this.clock.now()));
  }
}

function inShort({ amount, currency, recordedAt, ...transaction }: Transaction): RecentTransaction {
  return {
    id: transaction.id,
    type: transaction.type,
    amount: formatMoney(amount, currency),
    currency,
    channel: transaction.channel,
    createdAt: recordedAt,
    createdBy: transaction.createdBy,
    correlationId: transaction.correlationId,
  };
}
