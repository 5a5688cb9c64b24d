import type { LedgerState, Settlement, WorkingAccount, WorkingOriginal } from './ledger-state.js';
import { normalSign } from '../books/account.js';
import { businessTransaction, type Draft, followingTime, type NewTransaction, positiveMoney } from '../drafts/draft.js';
import { Faults } from '../books/faults.js';
import {
  CaptureExceedsPendingException,
  NotPendingException,
  NotRefundableException,
  NotReversibleException,
  OriginalReversedException,
  TransactionNotFoundException,
} from '../books/finance.exceptions.js';
import { formatMoney } from '../books/money.js';
import { portionOf, remaindersOf } from '../drafts/portions.js';
import { checkRequest, reversalPostings } from '../drafts/posting-rules.js';
import { isRefundable, refundPostings } from '../drafts/refund.js';
import { type Posting, signed, type Transaction } from '../books/transaction.js';

/** What a draft asks for, with everything that follows from its original. */
export interface Plan {
  readonly transaction: NewTransaction | undefined;
  readonly postings: readonly Posting[];
  readonly settles?: Settlement;
  /** Legs that a pending transaction held until now. */
  readonly releases?: readonly Posting[];
  /** Makes the originals know; to be called when the plan passes. */
  readonly note?: () => void;
}

const NOTHING: Plan = { transaction: undefined, postings: [] };

/** @throws AppException when the original does not allow it */
export function planOf(draft: Draft, state: LedgerState): Plan {
  switch (draft.kind) {
    case 'post':
      return {
        transaction: draft.transaction,
        postings: postingsOf(draft.transaction, draft.postings, state.accounts),
      };
    case 'refund':
      return planRefund(draft, state);
    case 'reversal':
      return planReversal(draft, state);
    case 'capture':
      return planCapture(draft, unexpired(pendingOriginal(draft.originalId, state), state), state.now);
    case 'void':
      return settling(unexpired(pendingOriginal(draft.originalId, state), state), 'voided', NOTHING);
    case 'expiry':
      return settling(pendingOriginal(draft.originalId, state), 'expired', NOTHING);
  }
}

/** What is owed or earned moves by credits: a transfer between two such accounts changes sides, so that the sender's balance falls. */
function postingsOf(
  { type }: NewTransaction,
  postings: readonly Posting[],
  accounts: LedgerState['accounts'],
): readonly Posting[] {
  const isTurned = type === 'transfer' && postings.every(({ account }) => growsByCredit(accounts.get(account)));
  return isTurned ? reversalPostings(postings) : postings;
}

function planRefund({ request, effectiveAt, originalId }: Draft & { kind: 'refund' }, state: LedgerState): Plan {
  const original = state.originals.get(originalId);
  if (!original) throw new NotRefundableException('does not exist');
  const { transaction, isReversed } = original;
  if (!isRefundable(transaction) || transaction.state !== 'posted')
    throw new NotRefundableException('is no posted sale, revenue, purchase, expense or capture');
  if (isReversed) throw new OriginalReversedException();
  const { currency = transaction.currency, paymentMethod } = request;
  if (transaction.currency !== currency) throw new NotRefundableException(`is in ${transaction.currency}`);
  const faults = new Faults();
  const amounts = checkRequest(request, currency, faults);
  const at = faults.read(() => followingTime(transaction, effectiveAt, state.now, 'transactionDate'));
  faults.settle();
  const postings = refundPostings(amounts, original, paymentMethod);
  return {
    transaction: businessTransaction(request, amounts, at, transaction),
    postings,
    note: () => addDone(original, amounts.amount, postings),
  };
}

function planReversal(
  { effectiveAt, originalId }: Draft & { kind: 'reversal' },
  { originals, now }: LedgerState,
): Plan {
  const original = originals.get(originalId);
  if (!original) throw new TransactionNotFoundException();
  const { transaction, done, isReversed } = original;
  if (isReversed) throw new NotReversibleException('It was reversed before');
  if (transaction.type === 'reversal')
    throw new NotReversibleException('A reversal is not reversed; record the transaction again');
  if (transaction.state !== 'posted') throw new NotReversibleException(`It is ${transaction.state}`);
  if (done > 0n) throw new NotReversibleException('A part of it was refunded');
  const { amount, originalTransactionId } = transaction;
  const postings = reversalPostings(transaction.postings);
  // Taking a refund back gives the sale's refundable rest back.
  const refundOf = transaction.type === 'refund' ? originals.get(originalTransactionId ?? '') : undefined;
  const at = followingTime(transaction, effectiveAt, now, 'effectiveAt');
  return {
    transaction: { ...following(transaction, at), type: 'reversal' },
    postings,
    note: () => {
      original.isReversed = true;
      if (refundOf) addDone(refundOf, -amount, postings);
    },
  };
}

/** Every capture takes its part off the hold; the last one lets go of what is then left. */
function planCapture(draft: Draft & { kind: 'capture' }, original: WorkingOriginal, now: Date): Plan {
  const { transaction, done } = original;
  const { currency } = transaction;
  const held = transaction.amount - done;
  const faults = new Faults();
  const { amount } = draft;
  const captured = amount === undefined ? held : faults.read(() => positiveMoney(amount, currency, 'amount'));
  const at = faults.read(() => followingTime(transaction, draft.effectiveAt, now, 'effectiveAt'));
  faults.settle();
  if (captured === undefined || captured > held) throw new CaptureExceedsPendingException(formatMoney(held, currency));
  const left = remaindersOf(transaction.postings, original.doneLegs);
  const isAtOnce = captured === transaction.amount;
  const postings = isAtOnce ? transaction.postings : portionOf(left, captured, held);
  const plan = { transaction: { ...following(transaction, at), amount: captured }, postings };
  return draft.isFinal || captured === held
    ? settling(original, 'captured', plan)
    : { ...plan, releases: postings, note: () => addDone(original, captured, postings) };
}

/** @throws TransactionNotFoundException, NotPendingException */
function pendingOriginal(id: string, { originals }: LedgerState): WorkingOriginal {
  const original = originals.get(id);
  if (!original) throw new TransactionNotFoundException();
  const { state } = original.transaction;
  if (state !== 'pending') throw new NotPendingException(state);
  return original;
}

/** Time is over when it is over, whether or not the expiry was recorded already. */
function unexpired(original: WorkingOriginal, { now }: LedgerState): WorkingOriginal {
  const { expiresAt } = original.transaction;
  if (expiresAt !== null && expiresAt <= now) throw new NotPendingException('expired');
  return original;
}

/** Ends a hold: what is left of it is let go. */
function settling(original: WorkingOriginal, outcome: Settlement['outcome'], plan: Plan): Plan {
  const { transaction, doneLegs } = original;
  return {
    ...plan,
    settles: { original: transaction, outcome },
    releases: portionOf(remaindersOf(transaction.postings, doneLegs), 1n, 1n),
    note: () => (original.transaction = { ...original.transaction, state: outcome }),
  };
}

/** A posted transaction that refers to its original and shares its business facts. */
function following(original: Transaction, effectiveAt: Date | undefined): NewTransaction {
  const { type, amount, currency, channel, orderId, customerId, description } = original;
  return {
    type,
    state: 'posted',
    amount,
    currency,
    channel,
    orderId,
    customerId,
    originalTransactionId: original.id,
    description,
    details: {},
    effectiveAt,
    expiresAt: null,
  };
}

function addDone(original: WorkingOriginal, amount: bigint, postings: readonly Posting[]): void {
  original.done += amount;
  for (const posting of postings) {
    const before = original.doneLegs.get(posting.account) ?? 0n;
    original.doneLegs.set(posting.account, before + signed(posting));
  }
}

function growsByCredit(account: WorkingAccount | undefined): boolean {
  return account !== undefined && normalSign(account.type) === -1n;
}
