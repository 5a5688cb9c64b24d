import type { Account } from './account.js';
import { isoOf } from './instant.js';
import type { Transaction } from './transaction.js';

export const EXPORT_FORMATS = ['csv', 'ndjson', 'hledger', 'beancount'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** An account and what is posted to it: debits less credits, in minor units. */
export type ClosingAccount = Account & { readonly net: bigint };

/** How a ledger is written down: a head, the posted transactions in the order of their recording, and a tail that checks them. */
export interface LedgerFormat {
  readonly mediaType: string;
  readonly extension: string;
  head(accounts: readonly ClosingAccount[]): string;
  transaction(transaction: Transaction): string;
  /** @param lastDay latest effective day, `2026-11-24` */
  tail(accounts: readonly ClosingAccount[], lastDay: string): string;
}

/** The day something is effective, in UTC. */
export function dayOf(at: Date): string {
  return isoOf(at).slice(0, 10);
}

/** Text for one line of a journal: without line breaks, comment signs and runs of blanks. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp};|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
