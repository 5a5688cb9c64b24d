import type { AppException } from '#platform/kernel';
import { type AccountType, normalSign } from './account.js';
import {
  BalanceOutOfRangeException,
  CurrencyMismatchException,
  LimitExceededException,
  NotRefundableException,
  NotReversibleException,
  RefundExceedsOriginalException,
  TransactionNotFoundException,
  UnknownAccountException,
} from './finance.exceptions.js';
import { formatMoney, MAX_MINOR } from './money.js';
import { refundPostings, reversalPostings } from './posting-rules.js';
import type { Posting, Transaction } from './transaction.js';

/** Largest balance: a thousand of the largest amounts, and still within a bigint column. */
const MAX_BALANCE = MAX_MINOR * 1_000n;

/** A transaction that waits to be posted. Postings of refunds and reversals follow from the original. */
export interface Draft {
  transaction: Omit<Transaction, 'id' | 'recordedAt' | 'postings'>;
  postings: readonly Posting[];
  follows?: { originalId: string; as: 'refund' | 'reversal' };
}

/** An account as the batch sees it: changed by each transaction that passes. */
export interface WorkingAccount {
  readonly code: string;
  readonly type: AccountType;
  readonly currency: string;
  readonly minBalance: bigint | null;
  readonly maxBalance: bigint | null;
  /** Debits less credits. */
  net: bigint;
}

/** An original as the batch sees it. */
export interface WorkingOriginal {
  readonly transaction: Transaction;
  refunded: bigint;
  isReversed: boolean;
}

/** Everything the decisions of a batch depend on, locked until its commit. */
export interface BatchState {
  accounts: ReadonlyMap<string, WorkingAccount>;
  originals: ReadonlyMap<string, WorkingOriginal>;
}

/** What a transaction that passed does to an account. */
export interface Movement {
  account: string;
  /** Debit-positive. */
  amount: bigint;
  netAfter: bigint;
}

/** A verdict: the postings and movements of a transaction that passed. */
export interface Passed {
  amount: bigint;
  currency: string;
  postings: readonly Posting[];
  movements: Movement[];
}

/**
 * Decides one transaction of a batch, given all before it, and changes the state when it passes. A refused one changes nothing.
 *
 * @throws AppException saying why it is refused
 */
export function decide(draft: Draft, state: BatchState): Passed {
  const { amount, currency, postings } = resolve(draft, state);
  const movements = movementsOf(postings, state.accounts);
  for (const movement of movements) assertWithinLimits(movement, state.accounts);
  for (const { account, netAfter } of movements) {
    const working = state.accounts.get(account);
    if (working) working.net = netAfter;
  }
  const original = draft.follows && state.originals.get(draft.follows.originalId);
  if (original && draft.follows?.as === 'refund') original.refunded += amount;
  if (original && draft.follows?.as === 'reversal') original.isReversed = true;
  return { amount, currency, postings, movements };
}

function resolve(
  { transaction, postings, follows }: Draft,
  { originals, accounts }: BatchState,
): Omit<Passed, 'movements'> {
  const { amount, currency, type } = transaction;
  if (!follows) {
    // What is owed or earned moves by credits: between two such accounts the sides change, so that the sender's balance falls.
    const isTurned = type === 'transfer' && postings.every(({ account }) => growsByCredit(accounts.get(account)));
    return { amount, currency, postings: isTurned ? reversalPostings(postings) : postings };
  }
  const original = originals.get(follows.originalId);
  return follows.as === 'refund' ? resolveRefund(transaction, original) : resolveReversal(original);
}

function resolveRefund(
  { amount, currency }: Draft['transaction'],
  original: WorkingOriginal | undefined,
): Omit<Passed, 'movements'> {
  if (!original) throw new NotRefundableException('does not exist');
  const { transaction, refunded, isReversed } = original;
  const isRefundable =
    (transaction.type === 'sale' || transaction.type === 'revenue') && transaction.state === 'posted';
  if (!isRefundable) throw new NotRefundableException('is no posted sale or revenue');
  if (isReversed) throw new NotRefundableException('was reversed');
  if (transaction.currency !== currency) throw new NotRefundableException(`is in ${transaction.currency}`);
  if (refunded + amount > transaction.amount) {
    throw new RefundExceedsOriginalException(formatMoney(transaction.amount - refunded, currency));
  }
  return { amount, currency, postings: refundPostings(amount, refunded, transaction) };
}

function resolveReversal(original: WorkingOriginal | undefined): Omit<Passed, 'movements'> {
  if (!original) throw new TransactionNotFoundException();
  const { transaction, refunded, isReversed } = original;
  if (isReversed) throw new NotReversibleException('It was reversed before');
  if (transaction.type === 'refund')
    throw new NotReversibleException('A refund is not reversed; record the sale again');
  if (transaction.type === 'reversal')
    throw new NotReversibleException('A reversal is not reversed; record the transaction again');
  if (transaction.state !== 'posted') throw new NotReversibleException(`It is ${transaction.state}`);
  if (refunded > 0n) throw new NotReversibleException('A part of it was refunded');
  const { amount, currency, postings } = transaction;
  return { amount, currency, postings: reversalPostings(postings) };
}

/** One movement an account, in the order the accounts are named. */
function movementsOf(postings: readonly Posting[], accounts: BatchState['accounts']): Movement[] {
  const byAccount = new Map<string, bigint>();
  const byCurrency = new Map<string, bigint>();
  for (const { account, currency, direction, amount } of postings) {
    const found = accounts.get(account);
    if (!found) throw new UnknownAccountException(account);
    if (found.currency !== currency) throw new CurrencyMismatchException(account, found.currency);
    const signed = direction === 'debit' ? amount : -amount;
    byAccount.set(account, (byAccount.get(account) ?? 0n) + signed);
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + signed);
  }
  for (const sum of byCurrency.values())
    if (sum !== 0n) throw new Error('A transaction that does not balance reached the ledger');
  return [...byAccount]
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amount]) => ({ account, amount, netAfter: (accounts.get(account)?.net ?? 0n) + amount }));
}

function growsByCredit(account: WorkingAccount | undefined): boolean {
  return account !== undefined && normalSign(account.type) === -1n;
}

/** Only a movement towards a limit can break it: one that comes back from beyond must pass. */
function assertWithinLimits({ account, amount, netAfter }: Movement, accounts: BatchState['accounts']): void {
  const found = accounts.get(account);
  if (!found) return;
  const sign = normalSign(found.type);
  const [change, balance] = [amount * sign, netAfter * sign];
  const text = formatMoney(balance, found.currency);
  if (netAfter > MAX_BALANCE || netAfter < -MAX_BALANCE) throw new BalanceOutOfRangeException(account);
  if (change < 0n && found.minBalance !== null && balance < found.minBalance) {
    throw new LimitExceededException(account, 'minBalance', text);
  }
  if (change > 0n && found.maxBalance !== null && balance > found.maxBalance) {
    throw new LimitExceededException(account, 'maxBalance', text);
  }
}

/** A refusal as it is kept, so that a repeated request is refused alike. */
export interface Refusal {
  code: string;
  category: AppException['category'];
  kind: AppException['kind'];
  message: string;
  details: Readonly<Record<string, unknown>>;
}
