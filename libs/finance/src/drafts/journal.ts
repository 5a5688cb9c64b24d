import { type Books, type Draft, effectiveTime, positiveMoney } from './draft.js';
import { Faults } from '../books/faults.js';
import { InvalidTransactionException, UnbalancedTransactionException } from '../books/fields.exceptions.js';
import { type Amount, formatMoney } from '../books/money.js';
import { assertHoldable } from './parts.js';
import { type Direction, type Posting, signed } from '../books/transaction.js';

/** A transaction as an accountant writes it: its legs, balanced in every currency. Amounts in major units. */
export interface JournalTransaction {
  description: string;
  postings: readonly { account: string; direction: Direction; amount: Amount; currency: string }[];
  state?: 'posted' | 'pending' | undefined;
  effectiveAt?: string | undefined;
  expiresAt?: string | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Its amount is the sum of its debits in the currency of its first leg.
 *
 * @throws FieldsException naming every fault, UnbalancedTransactionException
 */
export function journalDraft(request: JournalTransaction, books: Books): Draft {
  const { description, metadata, state = 'posted' } = request;
  const faults = new Faults();
  const postings = request.postings.map(({ account, direction, amount, currency }, index): Posting => ({
    account,
    direction,
    amount: faults.read(() => positiveMoney(amount, currency, `postings.${index}.amount`)) ?? 0n,
    currency,
  }));
  const time = faults.read(() => effectiveTime(request.effectiveAt, 'effectiveAt', books));
  const expiresAt = faults.read(() => expiryOf(request, books)) ?? null;
  faults.settle();
  assertBalanced(postings);
  assertHoldable(postings);
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
      effectiveAt: time?.at,
      expiresAt,
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

/** A day that is said is the last one. */
function expiryOf({ state, expiresAt }: JournalTransaction, { now, calendar }: Books): Date | null {
  if (expiresAt === undefined) return null;
  if (state !== 'pending') throw new InvalidTransactionException('expiresAt', 'is for pending transactions only');
  const { until } = calendar.read(expiresAt);
  if (until <= now) throw new InvalidTransactionException('expiresAt', 'must be in the future');
  return until;
}
