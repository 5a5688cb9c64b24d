import type { Channel, Direction, Posting, Transaction, TransactionState } from './transaction.js';

/** A posting as it is kept with its transaction. */
interface PostingJson {
  account: string;
  direction: Direction;
  amount: string;
  currency: string;
}

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
  postings: PostingJson[];
  details: Record<string, unknown>;
  effective_at: Date;
  recorded_at: Date;
  expires_at: Date | null;
  kind: number;
}

export function toPostingJson({ account, direction, amount, currency }: Posting): PostingJson {
  return { account, direction, amount: amount.toString(), currency };
}

export function toTransaction(row: TransactionRow): Transaction {
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
    postings: row.postings.map((posting) => ({ ...posting, amount: BigInt(posting.amount) })),
    details: row.details,
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
    expiresAt: row.expires_at,
  };
}
