import { type Draft, effectiveTime, positiveMoney } from './draft.js';
import { InvalidTransactionException, UnbalancedTransactionException } from './finance.exceptions.js';
import { formatMoney } from './money.js';
import { type Direction, type Posting, signed } from './transaction.js';

/** A transaction as an accountant writes it: its legs, balanced in every currency. Amounts in major units. */
export interface JournalTransaction {
  description: string;
  postings: readonly { account: string; direction: Direction; amount: string | number; currency: string }[];
  state?: 'posted' | 'pending' | undefined;
  effectiveAt?: string | undefined;
  expiresAt?: string | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Its amount is the sum of its debits in the currency of its first leg.
 *
 * @throws InvalidMoneyException, InvalidTransactionException, UnbalancedTransactionException
 */
export function journalDraft(request: JournalTransaction, now: Date): Draft {
  const { description, metadata, state = 'posted' } = request;
  const postings = request.postings.map(({ account, direction, amount, currency }, index): Posting => ({
    account,
    direction,
    amount: positiveMoney(amount, currency, `postings.${index}.amount`),
    currency,
  }));
  assertBalanced(postings);
  const currency = postings[0]?.currency ?? '';
  return {
    kind: 'post',
    postings,
    transaction: {
      type: 'journal',
      state,
      amount: totalOf(postings, 'debit', currency),
      currency,
      channel: null,
      orderId: null,
      customerId: null,
      originalTransactionId: null,
      description,
      details: metadata === undefined ? {} : { metadata },
      effectiveAt: effectiveTime(request.effectiveAt, 'effectiveAt', now),
      expiresAt: expiryOf(request, now),
    },
  };
}

/** The legs of one side in one currency, in sum. */
export function totalOf(postings: readonly Posting[], direction: Direction, currency: string): bigint {
  return postings
    .filter((posting) => posting.direction === direction && posting.currency === currency)
    .reduce((sum, { amount }) => sum + amount, 0n);
}

function assertBalanced(postings: readonly Posting[]): void {
  for (const currency of new Set(postings.map((posting) => posting.currency))) {
    const difference = postings
      .filter((posting) => posting.currency === currency)
      .reduce((sum, posting) => sum + signed(posting), 0n);
    if (difference === 0n) continue;
    const text = (minor: bigint): string => formatMoney(minor, currency);
    const [debits, credits] = [totalOf(postings, 'debit', currency), totalOf(postings, 'credit', currency)];
    throw new UnbalancedTransactionException(currency, text(debits), text(credits), text(difference));
  }
}

function expiryOf({ state, expiresAt }: JournalTransaction, now: Date): Date | null {
  if (expiresAt === undefined) return null;
  if (state !== 'pending') throw new InvalidTransactionException('expiresAt', 'is for pending transactions only');
  const at = new Date(expiresAt);
  if (at <= now) throw new InvalidTransactionException('expiresAt', 'must be in the future');
  return at;
}
