import type { Account } from '../books/account.js';
import { isoOf } from '../books/instant.js';
import type { Outcome, Transaction } from '../books/transaction.js';

/** What blocks are made of. Amounts are minor units as text: what they look like in major units may change with ISO 4217. */
export type Leaf =
  | { readonly account: object }
  | { readonly transaction: object }
  | { readonly settlement: SettlementRecord }
  | { readonly period: object }
  | { readonly request: RequestRecord }
  | { readonly accountChange: AccountChange };

/** What an account is called from now on, and whether it is closed, as it is sealed. */
export interface AccountChange {
  readonly account: string;
  /** Of the changes of this account, from 1. */
  readonly number: number;
  readonly name: string;
  readonly isClosed: boolean;
  readonly principalId: string;
  readonly recordedAt: string;
}

/** The end of a pending transaction, as it is sealed. */
export interface SettlementRecord {
  readonly pendingId: string;
  readonly outcome: Outcome;
  readonly captureId: string | null;
  readonly recordedAt: string;
}

/** A write that was asked for under a key, as it is sealed. */
export interface RequestRecord {
  readonly principalId: string;
  readonly key: string;
  readonly fingerprint: object;
  /** What was answered, as it is kept. */
  readonly answer: object;
}

/** Members are in the order of the canonical form, which then has nothing to sort. */
export function accountLeaf({
  code,
  name,
  type,
  currency,
  minBalance,
  maxBalance,
  metadata,
  createdAt,
}: Account): Leaf {
  return {
    account: {
      code,
      createdAt: isoOf(createdAt),
      currency,
      maxBalance: maxBalance?.toString() ?? null,
      metadata,
      minBalance: minBalance?.toString() ?? null,
      name,
      type,
    },
  };
}

/** The transaction as it was recorded: a pending one stays pending here, its end is a leaf of its own. */
export function transactionLeaf(transaction: Transaction): Leaf {
  const { id, type, state, amount, currency, channel, orderId, customerId, originalTransactionId } = transaction;
  const { description, postings, details, effectiveAt, recordedAt, expiresAt, createdBy, correlationId } = transaction;
  return {
    transaction: {
      amount: amount.toString(),
      channel,
      // Left out where there is none: what was sealed before there were any stays what it was.
      ...(correlationId === null ? {} : { correlationId }),
      ...(createdBy === null ? {} : { createdBy }),
      currency,
      customerId,
      description,
      details,
      effectiveAt: isoOf(effectiveAt),
      expiresAt: expiresAt ? isoOf(expiresAt) : null,
      id,
      orderId,
      originalTransactionId,
      postings: postings.map((posting) => ({
        account: posting.account,
        amount: posting.amount.toString(),
        currency: posting.currency,
        direction: posting.direction,
      })),
      recordedAt: isoOf(recordedAt),
      state: state === 'posted' ? 'posted' : 'pending',
      type,
    },
  };
}

const KINDS = ['account', 'transaction', 'settlement', 'period', 'request', 'accountChange'] as const;

/** The leaves in the order of their tree: by kind, then by what identifies them. */
export function inOrder(leaves: readonly Leaf[]): Leaf[] {
  return leaves
    .map((leaf) => ({ leaf, place: placeOf(leaf) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ leaf }) => leaf);
}

function placeOf(leaf: Leaf): string {
  const kind = KINDS.findIndex((name) => name in leaf);
  const [record = {}] = Object.values(leaf) as Record<string, string>[];
  const { code, id, pendingId, month, account, principalId, key } = record;
  return `${kind} ${code ?? id ?? pendingId ?? month ?? account ?? `${principalId} ${key}`}`;
}
