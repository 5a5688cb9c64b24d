import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { type AccountType, normalSign } from '../books/account.js';
import { BooksCalendar } from '../books/calendar.js';
import { type AskedDays, type DayRange, dayRange } from '../books/day-range.js';
import { formatMoney } from '../books/money.js';
import { type AccountSums, ReportRepository } from './report.repository.js';

/** Which days a report is about, and which currency. */
export interface ReportRange extends AskedDays {
  currency?: string | undefined;
}

/** One account of a report; money in major units and the account's normal sign. */
export interface ReportLine {
  account: string;
  name: string;
  amount: string;
}

export interface TrialBalance {
  from: string;
  to: string;
  accounts: {
    account: string;
    name: string;
    type: AccountType;
    currency: string;
    opening: string;
    debits: string;
    credits: string;
    closing: string;
  }[];
  /** Debits and credits are the same, or the books are wrong. */
  totals: { currency: string; debits: string; credits: string }[];
}

export interface IncomeStatement {
  from: string;
  to: string;
  currencies: {
    currency: string;
    revenue: ReportLine[];
    totalRevenue: string;
    expenses: ReportLine[];
    totalExpenses: string;
    netIncome: string;
  }[];
}

export interface BalanceSheet {
  at: string;
  currencies: {
    currency: string;
    assets: ReportLine[];
    totalAssets: string;
    liabilities: ReportLine[];
    totalLiabilities: string;
    equity: ReportLine[];
    /** Revenue less expenses of all time. */
    retainedEarnings: string;
    /** Retained earnings included; together with the liabilities as much as the assets. */
    totalEquity: string;
  }[];
}

export interface RevenueReport {
  from: string;
  to: string;
  byChannel: { channel: string | null; currency: string; amount: string }[];
  byDay: { day: string; currency: string; amount: string }[];
}

/** Reports by period and currency, by effective day in the zone of the books. */
@Injectable()
export class ReportService {
  constructor(
    private readonly reports: ReportRepository,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  async trialBalance(range: ReportRange): Promise<TrialBalance> {
    const { from, to } = this.daysOf(range);
    const sums = await this.reports.sumsByAccount(from, to, range.currency);
    return {
      from,
      to,
      accounts: sums.map(({ code, name, type, currency, opening, debits, credits }) => {
        const text = (minor: bigint): string => formatMoney(minor, currency);
        const sign = normalSign(type);
        const closing = text((opening + debits - credits) * sign);
        const [opened, debited, credited] = [text(opening * sign), text(debits), text(credits)];
        return { account: code, name, type, currency, opening: opened, debits: debited, credits: credited, closing };
      }),
      totals: byCurrency(sums).map(([currency, own]) => ({
        currency,
        debits: formatMoney(
          total(own, ({ debits }) => debits),
          currency,
        ),
        credits: formatMoney(
          total(own, ({ credits }) => credits),
          currency,
        ),
      })),
    };
  }

  async incomeStatement(range: ReportRange): Promise<IncomeStatement> {
    const { from, to } = this.daysOf(range);
    const sums = await this.reports.sumsByAccount(from, to, range.currency);
    const during = (sum: AccountSums): bigint => (sum.debits - sum.credits) * normalSign(sum.type);
    return {
      from,
      to,
      currencies: byCurrency(sums).map(([currency, own]) => {
        const [revenue, expenses] = [section(own, 'revenue', during), section(own, 'expense', during)];
        return {
          currency,
          revenue: revenue.lines,
          totalRevenue: formatMoney(revenue.sum, currency),
          expenses: expenses.lines,
          totalExpenses: formatMoney(expenses.sum, currency),
          netIncome: formatMoney(revenue.sum - expenses.sum, currency),
        };
      }),
    };
  }

  /** As of the end of the last day. */
  async balanceSheet(range: ReportRange): Promise<BalanceSheet> {
    const { from, to } = this.daysOf(range);
    const sums = await this.reports.sumsByAccount(from, to, range.currency);
    const atEnd = (sum: AccountSums): bigint => (sum.opening + sum.debits - sum.credits) * normalSign(sum.type);
    return {
      at: to,
      currencies: byCurrency(sums).map(([currency, own]) => {
        const of = (type: AccountType): Section => section(own, type, atEnd);
        const [assets, liabilities, equity] = [of('asset'), of('liability'), of('equity')];
        const earnings = of('revenue').sum - of('expense').sum;
        return {
          currency,
          assets: assets.lines,
          totalAssets: formatMoney(assets.sum, currency),
          liabilities: liabilities.lines,
          totalLiabilities: formatMoney(liabilities.sum, currency),
          equity: equity.lines,
          retainedEarnings: formatMoney(earnings, currency),
          totalEquity: formatMoney(equity.sum + earnings, currency),
        };
      }),
    };
  }

  /** Net of refunds and discounts. */
  async revenue(range: ReportRange): Promise<RevenueReport> {
    const { from, to } = this.daysOf(range);
    const sums = await this.reports.revenue(from, to, range.currency);
    const grouped = (
      keyOf: (sum: (typeof sums)[number]) => string,
    ): { key: string; currency: string; amount: string }[] => {
      const groups = new Map<string, { key: string; currency: string; minor: bigint }>();
      for (const sum of sums) {
        const id = `${keyOf(sum)} ${sum.currency}`;
        const group = groups.get(id) ?? { key: keyOf(sum), currency: sum.currency, minor: 0n };
        groups.set(id, { ...group, minor: group.minor + sum.amount });
      }
      return [...groups.values()].map(({ key, currency, minor }) => ({
        key,
        currency,
        amount: formatMoney(minor, currency),
      }));
    };
    return {
      from,
      to,
      byChannel: grouped(({ channel }) => channel).map(({ key, ...sum }) => ({
        channel: key === '' ? null : key,
        ...sum,
      })),
      byDay: grouped(({ day }) => day).map(({ key, ...sum }) => ({ day: key, ...sum })),
    };
  }

  private daysOf(range: ReportRange): DayRange {
    return dayRange(range, this.calendar, this.clock.now());
  }
}

interface Section {
  lines: ReportLine[];
  sum: bigint;
}

function section(sums: readonly AccountSums[], type: AccountType, amountOf: (sum: AccountSums) => bigint): Section {
  const own = sums.filter((sum) => sum.type === type);
  return {
    lines: own.map((sum) => ({ account: sum.code, name: sum.name, amount: formatMoney(amountOf(sum), sum.currency) })),
    sum: total(own, amountOf),
  };
}

function total(sums: readonly AccountSums[], amountOf: (sum: AccountSums) => bigint): bigint {
  return sums.reduce((sum, account) => sum + amountOf(account), 0n);
}

function byCurrency(sums: readonly AccountSums[]): [string, AccountSums[]][] {
  const currencies = [...new Set(sums.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => [currency, sums.filter((sum) => sum.currency === currency)]);
}
