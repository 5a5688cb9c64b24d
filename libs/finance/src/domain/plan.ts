import type { BatchState, Settlement, WorkingAccount, WorkingOriginal } from './batch-state.js';
import { normalSign } from './account.js';
import { type Draft, type NewTransaction, positiveMoney } from './draft.js';
import {
  CaptureExceedsPendingException,
  NotPendingException,
  NotRefundableException,
  NotReversibleException,
  RefundExceedsOriginalException,
  TransactionNotFoundException,
} from './finance.exceptions.js';
import { allocate, formatMoney } from './money.js';
import { refundPostings, reversalPostings } from './posting-rules.js';
import { type Posting, signed, type Transaction } from './transaction.js';

/** What a draft asks for, with everything that follows from its original. */
export interface Plan {
  readonly transaction: NewTransaction | undefined;
  readonly postings: readonly Posting[];
  readonly settles?: Settlement;
  /** Makes the originals know; to be called when the plan passes. */
  readonly note?: () => void;
}

const NOTHING: Plan = { transaction: undefined, postings: [] };

/** @throws AppException when the original does not allow it */
export function planOf(draft: Draft, state: BatchState): Plan {
  switch (draft.kind) {
    case 'post':
      return {
        transaction: draft.transaction,
        postings: postingsOf(draft.transaction, draft.postings, state.accounts),
      };
    case 'refund':
      return planRefund(draft.transaction, state.originals.get(draft.originalId));
    case 'reversal':
      return planReversal(draft.effectiveAt, state.originals.get(draft.originalId), state);
    case 'capture':
      return planCapture(draft, unexpired(pendingOriginal(draft.originalId, state), state));
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
  accounts: BatchState['accounts'],
): readonly Posting[] {
  const isTurned = type === 'transfer' && postings.every(({ account }) => growsByCredit(accounts.get(account)));
  return isTurned ? reversalPostings(postings) : postings;
}

function planRefund(refund: NewTransaction, original: WorkingOriginal | undefined): Plan {
  if (!original) throw new NotRefundableException('does not exist');
  const { transaction, refunded, refundedLegs, isReversed } = original;
  const isSale = transaction.type === 'sale' || transaction.type === 'revenue';
  if (!isSale || transaction.state !== 'posted') throw new NotRefundableException('is no posted sale or revenue');
  if (isReversed) throw new NotRefundableException('was reversed');
  if (transaction.currency !== refund.currency) throw new NotRefundableException(`is in ${transaction.currency}`);
  if (refunded + refund.amount > transaction.amount) {
    throw new RefundExceedsOriginalException(formatMoney(transaction.amount - refunded, refund.currency));
  }
  const postings = refundPostings(refund.amount, { amount: refunded, legs: refundedLegs }, transaction);
  return { transaction: refund, postings, note: () => addRefund(original, refund.amount, postings) };
}

function planReversal(
  effectiveAt: Date | undefined,
  original: WorkingOriginal | undefined,
  { originals }: BatchState,
): Plan {
  if (!original) throw new TransactionNotFoundException();
  const { transaction, refunded, isReversed } = original;
  if (isReversed) throw new NotReversibleException('It was reversed before');
  if (transaction.type === 'reversal')
    throw new NotReversibleException('A reversal is not reversed; record the transaction again');
  if (transaction.state !== 'posted') throw new NotReversibleException(`It is ${transaction.state}`);
  if (refunded > 0n) throw new NotReversibleException('A part of it was refunded');
  const { amount, originalTransactionId } = transaction;
  const postings = reversalPostings(transaction.postings);
  // Taking a refund back gives the sale's refundable rest back.
  const refundOf = transaction.type === 'refund' ? originals.get(originalTransactionId ?? '') : undefined;
  return {
    transaction: { ...following(transaction, effectiveAt), type: 'reversal' },
    postings,
    note: () => {
      original.isReversed = true;
      if (refundOf) addRefund(refundOf, -amount, postings);
    },
  };
}

function planCapture({ amount, effectiveAt }: Draft & { kind: 'capture' }, original: WorkingOriginal): Plan {
  const { transaction } = original;
  const { currency } = transaction;
  const captured = amount === undefined ? transaction.amount : positiveMoney(amount, currency, 'amount');
  if (captured > transaction.amount) {
    throw new CaptureExceedsPendingException(formatMoney(transaction.amount, currency));
  }
  return settling(original, 'captured', {
    transaction: { ...following(transaction, effectiveAt), amount: captured },
    postings: shareOf(transaction, captured),
  });
}

/** Each currency's share of what is captured, and each side's legs in proportion to it. Legs of nothing are left out. */
function shareOf({ amount, postings }: Transaction, captured: bigint): Posting[] {
  if (captured === amount) return [...postings];
  const shares = postings.map(() => 0n);
  for (const currency of new Set(postings.map((posting) => posting.currency))) {
    for (const direction of ['debit', 'credit'] as const) {
      const legs = postings
        .map((posting, index) => ({ ...posting, index }))
        .filter((posting) => posting.currency === currency && posting.direction === direction);
      const total = legs.reduce((sum, leg) => sum + leg.amount, 0n);
      const [share = 0n] = allocate(total, [captured, amount - captured]);
      const parts = allocate(
        share,
        legs.map((leg) => leg.amount),
      );
      legs.forEach(({ index }, position) => (shares[index] = parts[position] ?? 0n));
    }
  }
  return postings
    .map((posting, index) => ({ ...posting, amount: shares[index] ?? 0n }))
    .filter((posting) => posting.amount > 0n);
}

/** @throws TransactionNotFoundException, NotPendingException */
function pendingOriginal(id: string, { originals }: BatchState): WorkingOriginal {
  const original = originals.get(id);
  if (!original) throw new TransactionNotFoundException();
  const { state } = original.transaction;
  if (state !== 'pending') throw new NotPendingException(state);
  return original;
}

/** Time is over when it is over, whether or not the expiry was recorded already. */
function unexpired(original: WorkingOriginal, { now }: BatchState): WorkingOriginal {
  const { expiresAt } = original.transaction;
  if (expiresAt !== null && expiresAt <= now) throw new NotPendingException('expired');
  return original;
}

function settling(original: WorkingOriginal, outcome: Settlement['outcome'], plan: Plan): Plan {
  return {
    ...plan,
    settles: { original: original.transaction, outcome },
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

function addRefund(original: WorkingOriginal, amount: bigint, postings: readonly Posting[]): void {
  original.refunded += amount;
  for (const posting of postings) {
    const before = original.refundedLegs.get(posting.account) ?? 0n;
    original.refundedLegs.set(posting.account, before + signed(posting));
  }
}

function growsByCredit(account: WorkingAccount | undefined): boolean {
  return account !== undefined && normalSign(account.type) === -1n;
}
