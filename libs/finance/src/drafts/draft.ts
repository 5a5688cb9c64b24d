import type { BooksCalendar, StatedTime } from '../books/calendar.js';
import { Faults } from '../books/faults.js';
import { InvalidTransactionException } from '../books/fields.exceptions.js';
import { type Amount, parseMoney } from '../books/money.js';
import { type Amounts, saidOf } from './parts.js';
import { type BusinessTransaction, checkRequest, DEFAULT_CHANNEL, planPostings } from './posting-rules.js';
import type { Origin, Posting, Transaction } from '../books/transaction.js';

/** Nobody means to record what happens in more than a day. */
const FUTURE_LIMIT_MS = 86_400_000;

/** A transaction as it waits to be posted; effective at its recording unless it says otherwise. */
export type NewTransaction = Omit<Transaction, 'id' | 'recordedAt' | 'postings' | 'effectiveAt' | keyof Origin> & {
  readonly effectiveAt: Date | undefined;
};

/** What a draft is made with: the time, and where days begin. */
export interface Books {
  readonly now: Date;
  readonly calendar: BooksCalendar;
}

/**
 * What the ledger is asked to do. `post` posts, or holds when the transaction is pending. What a refund, a reversal or a capture posts
 * follows from its original, as it is when its turn comes.
 */
export type Draft =
  | { readonly kind: 'post'; readonly transaction: NewTransaction; readonly postings: readonly Posting[] }
  | {
      readonly kind: 'refund';
      readonly request: BusinessTransaction;
      readonly originalId: string;
      readonly effectiveAt: StatedTime | undefined;
    }
  | { readonly kind: 'reversal'; readonly originalId: string; readonly effectiveAt: StatedTime | undefined }
  | {
      readonly kind: 'capture';
      readonly originalId: string;
      /** In major units; all that is still held when left out. */
      readonly amount: Amount | undefined;
      /** Whether what is still held after it is let go. */
      readonly isFinal: boolean;
      readonly effectiveAt: StatedTime | undefined;
    }
  | { readonly kind: 'void' | 'expiry'; readonly originalId: string };

/**
 * A business transaction as a draft.
 *
 * @throws FieldsException naming every fault, PartsMismatchException
 */
export function businessDraft(request: BusinessTransaction, { now, calendar }: Books): Draft {
  const { type, currency, transactionDate, originalTransactionId: originalId } = request;
  const faults = new Faults();
  const time = faults.read(() => effectiveTime(transactionDate, 'transactionDate', { now, calendar }));
  if (type === 'refund' && originalId !== undefined) {
    // The currency may be the original's: amounts without one are read when the original is at hand.
    if (currency !== undefined) checkRequest(request, currency, faults);
    faults.settle();
    return { kind: 'refund', request, originalId, effectiveAt: time };
  }
  const { amounts, postings } = planPostings(request, faults);
  return { kind: 'post', transaction: businessTransaction(request, amounts, time?.at), postings };
}

/** What is recorded of a business transaction; what it does not say comes from its original, if it has one. */
export function businessTransaction(
  request: BusinessTransaction,
  amounts: Amounts,
  effectiveAt: Date | undefined,
  original?: Transaction,
): NewTransaction {
  const { type, channel, orderId, customerId, notes, lineItems, paymentMethod, paymentGateway, metadata } = request;
  return {
    type,
    state: 'posted',
    amount: amounts.amount,
    currency: amounts.currency,
    channel: channel ?? (original ? original.channel : DEFAULT_CHANNEL),
    orderId: orderId ?? original?.orderId ?? null,
    customerId: customerId ?? original?.customerId ?? null,
    originalTransactionId: original?.id ?? null,
    description: notes ?? null,
    details: {
      ...saidOf(amounts, lineItems),
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
      ...(paymentGateway === undefined ? {} : { paymentGateway }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(type === 'refund' && !original ? { withoutOriginal: true } : {}),
    },
    effectiveAt,
    expiresAt: null,
  };
}

/**
 * A time that something may be effective at; `undefined` (its recording) when none is given.
 *
 * @throws InvalidTransactionException before 1970 or more than a day ahead
 */
export function effectiveTime(
  text: string | undefined,
  path: string,
  { now, calendar }: Books,
): StatedTime | undefined {
  if (text === undefined) return undefined;
  const said = calendar.read(text);
  const isUsable = said.at.getTime() > 0 && said.at.getTime() <= now.getTime() + FUTURE_LIMIT_MS;
  if (!isUsable) throw new InvalidTransactionException(path, 'must be after 1970 and not in the future');
  return said;
}

/**
 * When what follows from an original is effective: never before it. A whole day that the original is in means the rest of that day.
 *
 * @returns undefined for its recording
 * @throws InvalidTransactionException when it was said to be effective before
 */
export function followingTime(
  original: Transaction,
  said: StatedTime | undefined,
  now: Date,
  path: string,
): Date | undefined {
  const { effectiveAt: earliest } = original;
  if (said === undefined) return earliest > now ? earliest : undefined;
  if (said.until < earliest)
    throw new InvalidTransactionException(path, `must not be before its original, ${earliest.toISOString()}`);
  return said.at < earliest ? earliest : said.at;
}

/** An amount above zero, in minor units. @throws InvalidMoneyException, InvalidTransactionException */
export function positiveMoney(amount: Amount, currency: string, path: string): bigint {
  const minor = parseMoney(amount, currency, path);
  if (minor <= 0n) throw new InvalidTransactionException(path, 'must be greater than zero');
  return minor;
}
