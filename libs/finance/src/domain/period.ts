import { InvalidPeriodException } from './finance.exceptions.js';

/** A month of the books. It ends at 24:00 UTC of its last day. */
export interface Month {
  /** `2026-11` */
  readonly name: string;
  readonly start: Date;
  /** Start of the next. */
  readonly end: Date;
}

/** @throws InvalidPeriodException unless the text is a month such as `2026-11` */
export function monthOf(name: string): Month {
  if (!/^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/.test(name)) throw new InvalidPeriodException(name);
  const [year = 0, month = 0] = name.split('-').map(Number);
  return { name, start: new Date(Date.UTC(year, month - 1, 1)), end: new Date(Date.UTC(year, month, 1)) };
}

/** What a month came to when it was closed. Money in major units, balances in the account's normal sign. */
export interface Manifest {
  readonly month: string;
  readonly closedAt: string;
  /** Posted transactions that are effective in the month. */
  readonly transactionCount: number;
  readonly totals: readonly { readonly currency: string; readonly debits: string; readonly credits: string }[];
  readonly balances: readonly { readonly account: string; readonly currency: string; readonly closing: string }[];
  /** The latest block when it was closed: everything the month is made of is in it or before. */
  readonly lastBlock: { readonly number: number; readonly hash: string };
}
