import type { AccountType } from './account.js';
import type { BooksCalendar } from './calendar.js';

/** A line of an account's statement, as far as the sums of its day need it. */
export interface DayEntry {
  readonly accountId: string;
  readonly effectiveAt: Date;
  /** Empty where sums are not kept by channel. */
  readonly channel: string;
  /** Debit-positive. */
  readonly amount: bigint;
}

/** What entries come to on an effective day. */
export interface DaySum {
  readonly accountId: string;
  readonly day: string;
  readonly channel: string;
  debits: bigint;
  credits: bigint;
}

/** Sums of entries by account, day and channel. */
export class DaySums {
  private readonly sums = new Map<string, DaySum>();

  constructor(private readonly calendar: BooksCalendar) {}

  add(entries: readonly DayEntry[]): this {
    for (const { accountId, effectiveAt, channel, amount } of entries) {
      const day = this.calendar.dayOf(effectiveAt);
      const key = `${accountId} ${day} ${channel}`;
      const sum = this.sums.get(key) ?? { accountId, day, channel, debits: 0n, credits: 0n };
      this.sums.set(key, sum);
      if (amount > 0n) sum.debits += amount;
      else sum.credits -= amount;
    }
    return this;
  }

  get all(): DaySum[] {
    return [...this.sums.values()];
  }
}

/** Sums are kept by channel for income and expenses only; elsewhere the channel is empty. */
export function channelOf(type: AccountType, channel: string | null): string {
  return (type === 'revenue' || type === 'expense') && channel !== null ? channel : '';
}
