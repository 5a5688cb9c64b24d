import type { Account } from '../books/account.js';
import type { BooksCalendar } from '../books/calendar.js';
import type { Transaction } from '../books/transaction.js';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'hledger', 'beancount'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** An account, what was posted to it before and what it comes to at the end: debits less credits, in minor units. */
export interface WrittenAccount extends Pick<Account, 'code' | 'type' | 'currency'> {
  readonly opening: bigint;
  readonly net: bigint;
}

/** What is written down. */
export interface Scope {
  readonly accounts: readonly WrittenAccount[];
  /** Days, `2026-11-24`; accounts open with what was posted before the first. */
  readonly firstDay: string;
  readonly lastDay: string;
}

/** How a ledger is written down: a head, the posted transactions in the order of their recording, and a tail that checks them. */
export interface LedgerFormat {
  readonly mediaType: string;
  readonly extension: string;
  head(scope: Scope): string;
  transaction(transaction: Transaction, calendar: BooksCalendar): string;
  tail(scope: Scope): string;
}

/** Accounts that have something before the first day. */
export function openedBefore({ accounts }: Scope): WrittenAccount[] {
  return accounts.filter(({ opening }) => opening !== 0n);
}

/** Text for one line of a journal: without line breaks, comment signs and runs of blanks. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp};|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
