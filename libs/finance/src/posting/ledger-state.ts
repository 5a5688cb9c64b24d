import type { Account, AccountType } from '../books/account.js';
import { type Origin, type Outcome, signed, type Transaction } from '../books/transaction.js';

/** An account as a commit sees it: changed by each transaction that passes. Debit-positive minor units. */
export interface WorkingAccount {
  /** Row of the account; of one that does not exist yet there is none. */
  readonly id: string | undefined;
  readonly code: string;
  readonly type: AccountType;
  readonly currency: string;
  readonly minBalance: bigint | null;
  readonly maxBalance: bigint | null;
  /** Nothing is posted to it any more. */
  readonly isClosed: boolean;
  /** A standard account that does not exist yet; it is made with its first movement. */
  readonly toBeMade: Account | undefined;
  /** Debits less credits of what is posted. */
  net: bigint;
  /** What pending transactions would debit and credit. */
  heldDebits: bigint;
  heldCredits: bigint;
  /** Number of the latest entry. */
  version: bigint;
}

/** An original of refunds, reversals and settlements as a commit sees it. */
export interface WorkingOriginal {
  transaction: Transaction;
  /** What refunds gave back of it, or captures took: of its amount, and debits less credits by account. */
  done: bigint;
  doneLegs: Map<string, bigint>;
  isReversed: boolean;
}

/**
 * What became of an original until now. Refunds that were not taken back count, and captures: one of these was let go of for good, whatever
 * became of it later.
 *
 * @param followers the transactions that refer to it
 */
export function workingOriginal(
  transaction: Transaction,
  followers: readonly Transaction[],
  isTakenBack: (refund: Transaction) => boolean,
): WorkingOriginal {
  const counted = followers.filter(
    (follower) => follower.type === 'journal' || (follower.type === 'refund' && !isTakenBack(follower)),
  );
  const doneLegs = new Map<string, bigint>();
  for (const posting of counted.flatMap(({ postings }) => postings))
    doneLegs.set(posting.account, (doneLegs.get(posting.account) ?? 0n) + signed(posting));
  return {
    transaction,
    done: counted.reduce((sum, { amount }) => sum + amount, 0n),
    doneLegs,
    isReversed: followers.some(({ type }) => type === 'reversal'),
  };
}

/** Everything the decisions of a commit depend on; nobody else changes it until the commit. */
export interface LedgerState {
  readonly accounts: ReadonlyMap<string, WorkingAccount>;
  readonly originals: ReadonlyMap<string, WorkingOriginal>;
  /** When all of the commit is recorded. */
  readonly now: Date;
  /** End of the latest closed month. */
  readonly openSince: Date;
}

/** An entry of an account's statement. Debit-positive. */
export interface Movement {
  readonly account: string;
  readonly amount: bigint;
  readonly netAfter: bigint;
  readonly version: bigint;
}

/** What a pending transaction reserves on an account. Debit-positive. */
export interface Hold {
  readonly account: string;
  readonly amount: bigint;
  /** Number of the account's latest entry at that time. */
  readonly version: bigint;
}

/** The end of a pending transaction. */
export interface Settlement {
  readonly original: Transaction;
  readonly outcome: Outcome;
}

/** What passing comes to. */
export interface Passed {
  /** The transaction to add; a void or an expiry adds none. */
  readonly transaction: Omit<Transaction, 'id' | 'recordedAt' | keyof Origin> | undefined;
  readonly movements: readonly Movement[];
  readonly holds: readonly Hold[];
  readonly settles: Settlement | undefined;
  /** Accounts whose balance or holds changed. */
  readonly touched: readonly string[];
}

/** A copy to come back to, when an all-or-nothing batch is refused half-way. */
export function savedState({ accounts, originals }: LedgerState): { restore(): void } {
  const accountsBefore = [...accounts.values()].map((account) => ({ account, before: { ...account } }));
  const originalsBefore = [...originals.values()].map((original) => ({
    original,
    before: { ...original, doneLegs: new Map(original.doneLegs) },
  }));
  return {
    restore() {
      for (const { account, before } of accountsBefore) Object.assign(account, before);
      for (const { original, before } of originalsBefore) Object.assign(original, before);
    },
  };
}
