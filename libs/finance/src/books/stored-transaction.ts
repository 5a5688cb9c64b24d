import type { Posting, Transaction } from './transaction.js';

/** A posting as it is kept with its transaction: its amount as text, since numbers of JSON are doubles. */
export interface StoredPosting extends Omit<Posting, 'amount'> {
  readonly amount: string;
}

/** A transaction as it is kept. */
export interface StoredTransaction extends Omit<Transaction, 'postings'> {
  readonly postings: readonly StoredPosting[];
}

export function toStoredPosting({ account, direction, amount, currency }: Posting): StoredPosting {
  return { account, direction, amount: amount.toString(), currency };
}

export function toTransaction(stored: StoredTransaction): Transaction {
  return {
    id: stored.id,
    type: stored.type,
    state: stored.state,
    amount: stored.amount,
    currency: stored.currency,
    channel: stored.channel,
    orderId: stored.orderId,
    customerId: stored.customerId,
    originalTransactionId: stored.originalTransactionId,
    description: stored.description,
    postings: stored.postings.map((posting) => ({ ...posting, amount: BigInt(posting.amount) })),
    details: stored.details,
    effectiveAt: stored.effectiveAt,
    recordedAt: stored.recordedAt,
    expiresAt: stored.expiresAt,
  };
}
