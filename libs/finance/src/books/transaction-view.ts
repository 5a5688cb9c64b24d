import { isoOf } from './instant.js';
import { formatMoney } from './money.js';
import type { Direction, Transaction } from './transaction.js';

/** A transaction as callers see it: money as decimal text in major units, times as RFC 3339. */
export interface TransactionView {
  id: string;
  type: Transaction['type'];
  state: Transaction['state'];
  amount: string;
  currency: string;
  channel: string | null;
  orderId: string | null;
  customerId: string | null;
  originalTransactionId: string | null;
  description: string | null;
  postings: { account: string; direction: Direction; amount: string; currency: string }[];
  details: Record<string, unknown>;
  effectiveAt: string;
  recordedAt: string;
  expiresAt: string | null;
  createdBy: string | null;
  correlationId: string | null;
}

export function toTransactionView(transaction: Transaction): TransactionView {
  const { id, type, state, amount, currency, postings, effectiveAt, recordedAt, details } = transaction;
  const { channel, orderId, customerId, originalTransactionId, description, createdBy, correlationId } = transaction;
  return {
    id,
    type,
    state,
    amount: formatMoney(amount, currency),
    currency,
    channel,
    orderId,
    customerId,
    originalTransactionId,
    description,
    postings: postings.map((posting) => ({
      account: posting.account,
      direction: posting.direction,
      amount: formatMoney(posting.amount, posting.currency),
      currency: posting.currency,
    })),
    details: { ...details },
    effectiveAt: isoOf(effectiveAt),
    recordedAt: isoOf(recordedAt),
    expiresAt: transaction.expiresAt ? isoOf(transaction.expiresAt) : null,
    createdBy,
    correlationId,
  };
}
