import { InvalidTransactionException } from './finance.exceptions.js';
import { parseMoney } from './money.js';
import { type BusinessTransaction, planPostings } from './posting-rules.js';
import type { Posting, Transaction } from './transaction.js';

/** Nobody means to record what happens in more than a day. */
const FUTURE_LIMIT_MS = 86_400_000;

/** A transaction as it waits to be posted; effective at its recording unless it says otherwise. */
export type NewTransaction = Omit<Transaction, 'id' | 'recordedAt' | 'postings' | 'effectiveAt'> & {
  readonly effectiveAt: Date | undefined;
};

/**
 * What the ledger is asked to do. `post` posts, or holds when the transaction is pending. What a refund, a reversal or a capture posts
 * follows from its original, as it is when its turn comes.
 */
export type Draft =
  | { readonly kind: 'post'; readonly transaction: NewTransaction; readonly postings: readonly Posting[] }
  | { readonly kind: 'refund'; readonly transaction: NewTransaction; readonly originalId: string }
  | { readonly kind: 'reversal'; readonly originalId: string; readonly effectiveAt: Date | undefined }
  | {
      readonly kind: 'capture';
      readonly originalId: string;
      /** In major units; all of it when left out. */
      readonly amount: string | number | undefined;
      readonly effectiveAt: Date | undefined;
    }
  | { readonly kind: 'void' | 'expiry'; readonly originalId: string };

/**
 * A business transaction as a draft.
 *
 * @throws InvalidMoneyException, InvalidTransactionException, PartsMismatchException
 */
export function businessDraft(request: BusinessTransaction, now: Date): Draft {
  const { type, currency, channel, orderId, customerId, notes, originalTransactionId: originalId } = request;
  const { lineItems, paymentMethod, paymentGateway, metadata } = request;
  // A refund of an original is posted in the original's proportions, but what it says of itself must hold all the same.
  const plan = planPostings(request);
  const isFree = type === 'refund' && originalId === undefined;
  const transaction: NewTransaction = {
    type,
    state: 'posted',
    amount: plan.amount,
    currency,
    channel,
    orderId: orderId ?? null,
    customerId: customerId ?? null,
    originalTransactionId: originalId ?? null,
    description: notes ?? null,
    details: {
      ...(lineItems?.length ? { lineItems } : {}),
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
      ...(paymentGateway === undefined ? {} : { paymentGateway }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(isFree ? { withoutOriginal: true } : {}),
    },
    effectiveAt: effectiveTime(request.transactionDate, 'transactionDate', now),
    expiresAt: null,
  };
  return type === 'refund' && originalId !== undefined
    ? { kind: 'refund', transaction, originalId }
    : { kind: 'post', transaction, postings: plan.postings };
}

/**
 * A time that something may be effective at; `undefined` (its recording) when none is given.
 *
 * @throws InvalidTransactionException before 1970 or more than a day ahead
 */
export function effectiveTime(time: string | undefined, path: string, now: Date): Date | undefined {
  if (time === undefined) return undefined;
  const at = new Date(time);
  const isUsable = at.getTime() > 0 && at.getTime() <= now.getTime() + FUTURE_LIMIT_MS;
  if (!isUsable) throw new InvalidTransactionException(path, 'must be after 1970 and not in the future');
  return at;
}

/** An amount above zero, in minor units. @throws InvalidMoneyException, InvalidTransactionException */
export function positiveMoney(amount: string | number, currency: string, path: string): bigint {
  const minor = parseMoney(amount, currency, path);
  if (minor <= 0n) throw new InvalidTransactionException(path, 'must be greater than zero');
  return minor;
}
