import { InvalidTransactionException } from '../books/fields.exceptions.js';
import { RefundExceedsOriginalException } from '../books/finance.exceptions.js';
import { allocate, formatMoney } from '../books/money.js';
import { type Amounts, assertAddsUp, PART_FIELDS } from './parts.js';
import { portionOf, remaindersOf } from './portions.js';
import { type Part, POSTING_RULES, reversalPostings } from './posting-rules.js';
import { clearingAccount } from '../books/standard-accounts.js';
import { opposite, type Posting, type Transaction, type TransactionType } from '../books/transaction.js';

/** What a refund may be of, and what was given back of it before. */
export interface Refundable {
  readonly transaction: Pick<Transaction, 'type' | 'amount' | 'currency' | 'postings' | 'originalTransactionId'>;
  /** Of its amount, in minor units. */
  readonly done: bigint;
  /** Debits less credits of refunds, by account. */
  readonly doneLegs: ReadonlyMap<string, bigint>;
}

/** A leg of the original that is not the money itself. */
interface PartLeg {
  readonly part: Part;
  readonly posting: Posting;
  /** What was not given back yet. */
  readonly left: bigint;
}

const FIELD_OF: Readonly<Record<Part, string>> = {
  gross: 'amount',
  net: 'subtotal',
  tax: 'taxAmount',
  shipping: 'shippingAmount',
  discount: 'discountAmount',
};

/** Types that are refunded part by part. A capture is refunded too, in proportion to its legs. */
const REFUNDABLE: readonly TransactionType[] = ['sale', 'revenue', 'purchase', 'expense'];

/** Whether a transaction is of a kind that can be refunded. */
export function isRefundable({ type, originalTransactionId }: Refundable['transaction']): boolean {
  return isCapture({ type, originalTransactionId }) || REFUNDABLE.some((one) => one === type);
}

/**
 * The postings that give back an amount of an original. What the refund says of its parts is done, if as much is left of each; what it
 * does not say is shared out among the other legs, in proportion to what is left of them. Every series of refunds comes to exactly the
 * original in the end. The money goes where it came from, or to the payment method that is said.
 *
 * @throws RefundExceedsOriginalException, InvalidTransactionException, PartsMismatchException
 */
export function refundPostings(refund: Amounts, original: Refundable, paymentMethod: string | undefined): Posting[] {
  const { transaction, done, doneLegs } = original;
  const whole = transaction.amount - done;
  if (refund.amount > whole) throw exceeds(whole, refund.currency);
  if (refund.amount === 0n) throw new InvalidTransactionException('amount', 'must be greater than zero');
  if (isCapture(transaction)) {
    forbidParts(refund, paymentMethod);
    const given = new Map([...doneLegs].map(([account, net]) => [account, -net]));
    return reversalPostings(portionOf(remaindersOf(transaction.postings, given), refund.amount, whole));
  }
  const money = transaction.postings.find(({ account }) => !partAccounts(transaction).has(account));
  if (!money) throw exceeds(0n, refund.currency);
  const account = paymentMethod === undefined ? money.account : clearingAccount(paymentMethod, transaction.currency);
  return [
    ...partPostings(
      saidParts(refund, transaction.type as TransactionType),
      refund,
      partLegs(original),
      money.direction,
    ),
    { account, currency: transaction.currency, direction: opposite(money.direction), amount: refund.amount },
  ];
}

function isCapture({ type, originalTransactionId }: Pick<Transaction, 'type' | 'originalTransactionId'>): boolean {
  return type === 'journal' && originalTransactionId !== null;
}

/** Accounts of the original's type that are not its money, and the parts they hold. */
function partAccounts({ type, currency }: Refundable['transaction']): Map<string, Part> {
  const rules = POSTING_RULES[type as TransactionType].filter(({ part }) => part !== 'gross');
  return new Map(rules.map(({ account, part }) => [`${account}:${currency}`, part]));
}

function partLegs({ transaction, doneLegs }: Refundable): PartLeg[] {
  const parts = partAccounts(transaction);
  return transaction.postings.flatMap((posting) => {
    const part = parts.get(posting.account);
    if (part === undefined) return [];
    const given = doneLegs.get(posting.account) ?? 0n;
    return [{ part, posting, left: posting.amount - (posting.direction === 'debit' ? -given : given) }];
  });
}

/** @param moneySide of the original: legs on that side take away from what the others come to, as a discount does */
function partPostings(
  said: ReadonlyMap<Part, bigint>,
  refund: Amounts,
  legs: readonly PartLeg[],
  moneySide: Posting['direction'],
): Posting[] {
  for (const [part, amount] of said) {
    const left = legs.find((leg) => leg.part === part)?.left ?? 0n;
    if (amount > left) throw exceeds(left, refund.currency, FIELD_OF[part]);
  }
  const sideOf = ({ posting }: PartLeg): 1n | -1n => (posting.direction === moneySide ? -1n : 1n);
  const open = legs.filter(({ part }) => !said.has(part));
  const saidSum = legs.reduce((sum, leg) => sum + sideOf(leg) * (said.get(leg.part) ?? 0n), 0n);
  const rest = refund.amount - saidSum;
  if (rest < 0n) throw new InvalidTransactionException('amount', 'is less than its parts');
  const [main, counter] = [open.filter((leg) => sideOf(leg) === 1n), open.filter((leg) => sideOf(leg) === -1n)];
  const [mainLeft, counterLeft] = [sumLeft(main), sumLeft(counter)];
  const openLeft = mainLeft - counterLeft;
  if (rest > openLeft) throw exceeds(openLeft > 0n ? openLeft : 0n, refund.currency, 'other parts');
  const isAll = rest === openLeft;
  const counterShare = isAll ? counterLeft : openLeft > 0n && counterLeft > 0n ? (counterLeft * rest) / openLeft : 0n;
  const shares = new Map([...said, ...shared(main, rest + counterShare), ...shared(counter, counterShare)]);
  return legs.flatMap(({ part, posting }) => {
    const amount = shares.get(part) ?? 0n;
    if (amount < 0n) return [{ ...posting, amount: -amount }];
    return amount === 0n ? [] : [{ ...posting, direction: opposite(posting.direction), amount }];
  });
}

/**
 * The parts that are said. Whoever says what the goods are says everything: what is not named then is nothing. A part that has no leg in
 * the original's type belongs to its net.
 */
function saidParts(refund: Amounts, type: TransactionType): Map<Part, bigint> {
  assertAddsUp(refund);
  const isComplete = refund.subtotal !== undefined || refund.items !== undefined;
  const values = { tax: refund.taxAmount, shipping: refund.shippingAmount, discount: refund.discountAmount };
  const said = new Map<Part, bigint>();
  for (const { part } of POSTING_RULES[type]) {
    if (part === 'gross' || part === 'net') continue;
    const value = isComplete ? (values[part] ?? 0n) : values[part];
    if (value !== undefined) said.set(part, value);
  }
  const part = (name: Part): bigint => said.get(name) ?? 0n;
  if (isComplete) said.set('net', refund.amount - part('tax') - part('shipping') + part('discount'));
  return said;
}

/**
 * In proportion to what is left, and all of it in the end. (Refunds of earlier releases let the largest leg give up to a few units more
 * than it had: the last refund takes these back.)
 */
function shared(legs: readonly PartLeg[], amount: bigint): [Part, bigint][] {
  if (amount === sumLeft(legs)) return legs.map(({ part, left }) => [part, left]);
  if (amount === 0n) return [];
  const weights = legs.map(({ left }) => (left > 0n ? left : 0n));
  const parts = allocate(amount, weights);
  return legs.map(({ part }, index) => [part, parts[index] ?? 0n]);
}

function sumLeft(legs: readonly PartLeg[]): bigint {
  return legs.reduce((sum, { left }) => sum + left, 0n);
}

function forbidParts(refund: Amounts, paymentMethod: string | undefined): void {
  const said = [...PART_FIELDS.filter((field) => refund[field] !== undefined), ...(refund.items ? ['lineItems'] : [])];
  const [path] = paymentMethod === undefined ? said : [...said, 'paymentMethod'];
  if (path !== undefined) throw new InvalidTransactionException(path, 'cannot be chosen for the refund of a capture');
}

function exceeds(refundable: bigint, currency: string, part?: string): RefundExceedsOriginalException {
  return new RefundExceedsOriginalException(formatMoney(refundable, currency), part);
}
