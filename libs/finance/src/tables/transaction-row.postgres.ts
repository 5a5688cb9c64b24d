import type { Channel, StoredPosting, StoredTransaction, Transaction, TransactionState } from '../books/transaction.js';

/** A transaction as the database has it, for statements that are asked much or give more than the transaction. */
export interface TransactionRow extends Record<string, unknown> {
  id: string;
  type: Transaction['type'];
  state: TransactionState;
  amount: string;
  currency: string;
  channel: Channel | null;
  order_id: string | null;
  customer_id: string | null;
  original_transaction_id: string | null;
  description: string | null;
  postings: StoredPosting[];
  details: Record<string, unknown>;
  effective_at: Date;
  recorded_at: Date;
  expires_at: Date | null;
  created_by: string | null;
  correlation_id: string | null;
  kind: number;
}

export function storedFrom(row: TransactionRow): StoredTransaction {
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    amount: BigInt(row.amount),
    currency: row.currency,
    channel: row.channel,
    orderId: row.order_id,
    customerId: row.customer_id,
    originalTransactionId: row.original_transaction_id,
    description: row.description,
    postings: row.postings,
    details: row.details,
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
    expiresAt: row.expires_at,
    createdBy: row.created_by,
    correlationId: row.correlation_id,
  };
}
