export const TRANSACTION_TYPES = [
  'sale',
  'refund',
  'purchase',
  'adjustment',
  'transfer',
  'expense',
  'revenue',
] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

export const CHANNELS = [
  'online_store',
  'physical_store',
  'marketplace',
  'social_commerce',
  'wholesale',
  'b2b',
] as const;
export type Channel = (typeof CHANNELS)[number];

export const DIRECTIONS = ['debit', 'credit'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** States of a transaction: posted ones stay; pending ones are captured (by a transaction of its own), voided, or expire. */
export const TRANSACTION_STATES = ['posted', 'pending', 'captured', 'voided', 'expired'] as const;
export type TransactionState = (typeof TRANSACTION_STATES)[number];

/** One leg: an amount above zero in minor units, on one side of an account. */
export interface Posting {
  readonly account: string;
  readonly direction: Direction;
  readonly amount: bigint;
  readonly currency: string;
}

/** Who had something recorded, and by which request. */
export interface Origin {
  /** The user. */
  readonly createdBy: string | null;
  /** Id of the request, task or job run, which all that it led to carries. */
  readonly correlationId: string | null;
}

/** What was recorded. Of what was recorded before origins were kept, and of what the ledger does by itself, the origin is null. */
export interface Transaction extends Origin {
  readonly id: string;
  readonly type: TransactionType | 'journal' | 'reversal';
  readonly state: TransactionState;
  readonly amount: bigint;
  readonly currency: string;
  readonly channel: Channel | null;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly originalTransactionId: string | null;
  readonly description: string | null;
  readonly postings: readonly Posting[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  /** When a pending transaction expires by itself. */
  readonly expiresAt: Date | null;
}

/** How a pending transaction ended. */
export type Outcome = Exclude<TransactionState, 'posted' | 'pending'>;

/** The other side. */
export function opposite(direction: Direction): Direction {
  return direction === 'debit' ? 'credit' : 'debit';
}

/** An amount with its sign: debits above zero, credits below. */
export function signed({ direction, amount }: Pick<Posting, 'direction' | 'amount'>): bigint {
  return direction === 'debit' ? amount : -amount;
}

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
    createdBy: stored.createdBy,
    correlationId: stored.correlationId,
  };
}
