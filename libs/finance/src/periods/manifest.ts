/** What a month came to when it was closed. Money in major units, balances in the account's normal sign. */
export interface Manifest {
  readonly month: string;
  /** Zone in which it begins and ends; months that were closed before there was a choice are of UTC. */
  readonly timeZone?: string;
  readonly closedAt: string;
  /** Posted transactions that are effective in the month. */
  readonly transactionCount: number;
  readonly totals: readonly { readonly currency: string; readonly debits: string; readonly credits: string }[];
  readonly balances: readonly { readonly account: string; readonly currency: string; readonly closing: string }[];
  /** The latest block when it was closed: everything the month is made of is in it or before. */
  readonly lastBlock: { readonly number: number; readonly hash: string };
}
