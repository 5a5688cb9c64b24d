import { InvalidTransactionException } from '../books/fields.exceptions.js';
import { Faults } from '../books/faults.js';
import { type AmountFields, type Amounts, assertAddsUp, assertHoldable, readAmounts } from './parts.js';
import { clearingAccount } from '../books/standard-accounts.js';
import { type Channel, type Direction, opposite, type Posting, type TransactionType } from '../books/transaction.js';

/** What is meant when a request names none, and has no original to take it from. */
export const [DEFAULT_CURRENCY, DEFAULT_CHANNEL] = ['USD', 'online_store'] as const;

/** A business transaction as it is asked for; amounts in major units. */
export interface BusinessTransaction extends AmountFields {
  type: TransactionType;
  currency?: string | undefined;
  channel?: Channel | undefined;
  orderId?: string | undefined;
  customerId?: string | undefined;
  paymentMethod?: string | undefined;
  paymentGateway?: string | undefined;
  originalTransactionId?: string | undefined;
  fromAccount?: string | undefined;
  toAccount?: string | undefined;
  direction?: 'increase' | 'decrease' | undefined;
  transactionDate?: string | undefined;
  notes?: string | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Which part of a transaction a leg takes. `gross` is the amount itself, `net` what is left of it after the other parts. */
export type Part = 'gross' | 'net' | 'tax' | 'shipping' | 'discount';

interface Leg {
  direction: Direction;
  /** A standard account; `payment` stands for the clearing account of the payment method. */
  account: string;
  part: Part;
}

const debit = (account: string, part: Part): Leg => ({ direction: 'debit', account, part });
const credit = (account: string, part: Part): Leg => ({ direction: 'credit', account, part });

/**
 * How each business transaction is posted. Read: a sale puts the amount into the payment method's clearing account, and takes it
 * from sales (before discount), tax payable and shipping. Legs of nothing are left out.
 *
 * Three depend on the request: a refund of an original reverses it in proportion, a transfer names its accounts, and an
 * adjustment has a direction.
 */
export const POSTING_RULES: Readonly<Record<TransactionType, readonly Leg[]>> = {
  sale: [
    debit('payment', 'gross'),
    debit('expenses:discounts', 'discount'),
    credit('revenue:sales', 'net'),
    credit('liabilities:tax', 'tax'),
    credit('revenue:shipping', 'shipping'),
  ],
  refund: [debit('expenses:refunds', 'net'), debit('liabilities:tax', 'tax'), credit('payment', 'gross')],
  purchase: [debit('assets:inventory', 'net'), debit('liabilities:tax', 'tax'), credit('payment', 'gross')],
  expense: [debit('expenses:operating', 'net'), debit('liabilities:tax', 'tax'), credit('payment', 'gross')],
  revenue: [debit('payment', 'gross'), credit('revenue:other', 'net'), credit('liabilities:tax', 'tax')],
  adjustment: [debit('payment', 'gross'), credit('equity:adjustments', 'gross')],
  transfer: [],
};

/** What a request comes to. */
export interface PostingPlan {
  amounts: Amounts;
  postings: Posting[];
}

/**
 * The postings of a business transaction that has no original.
 *
 * @param faults of fields that were read before; they are named together with those of amounts and parts
 * @throws FieldsException, PartsMismatchException
 */
export function planPostings(request: BusinessTransaction, faults = new Faults()): PostingPlan {
  const { type, currency = DEFAULT_CURRENCY } = request;
  const amounts = checkRequest(request, currency, faults);
  faults.settle();
  const parts = partsOf(type, amounts);
  const postings =
    type === 'transfer' ? transferPostings(request, amounts.amount, currency) : rulePostings(request, parts);
  // What costs nothing is posted all the same when there is something to post: an order that a discount pays for.
  if (postings.length === 0) throw new InvalidTransactionException('amount', 'must be greater than zero');
  assertHoldable(postings);
  return { amounts, postings };
}

/** Everything that is wrong with the fields of a request, whatever its original may be. */
export function checkRequest(request: BusinessTransaction, currency: string, faults: Faults): Amounts {
  checkFields(request, faults);
  return readAmounts(request, currency, faults);
}

function rulePostings(request: BusinessTransaction, parts: Record<Part, bigint>): Posting[] {
  const { type, currency = DEFAULT_CURRENCY, paymentMethod } = request;
  const flip = type === 'adjustment' && request.direction === 'decrease';
  return POSTING_RULES[type]
    .map(({ direction, account, part }): Posting => ({
      account: account === 'payment' ? clearingAccount(paymentMethod, currency) : `${account}:${currency}`,
      direction: flip ? opposite(direction) : direction,
      amount: parts[part],
      currency,
    }))
    .filter((posting) => posting.amount !== 0n);
}

/** The same legs on the other side. */
export function reversalPostings(postings: readonly Posting[]): Posting[] {
  return postings.map((posting) => ({ ...posting, direction: opposite(posting.direction) }));
}

/** The amount and what it is made of, after checking that parts and line items add up. */
export function partsOf(type: TransactionType, read: Amounts): Record<Part, bigint> {
  assertAddsUp(read);
  const { amount: gross, taxAmount: tax = 0n, shippingAmount: shipping = 0n, discountAmount: discount = 0n } = read;
  const net = gross - own(type, 'tax', tax) - own(type, 'shipping', shipping) + own(type, 'discount', discount);
  if (net < 0n) throw new InvalidTransactionException('taxAmount', 'and the other parts exceed the amount');
  return { gross, tax, shipping, discount, net };
}

/** A part without a leg of its own belongs to the net: the freight of a purchase is part of what the goods cost. */
function own(type: TransactionType, part: Part, minor: bigint): bigint {
  return POSTING_RULES[type].some((leg) => leg.part === part) ? minor : 0n;
}

function transferPostings(
  { fromAccount, toAccount }: BusinessTransaction,
  amount: bigint,
  currency: string,
): Posting[] {
  if (fromAccount === undefined || toAccount === undefined || amount === 0n) return [];
  return [
    { account: toAccount, direction: 'debit', amount, currency },
    { account: fromAccount, direction: 'credit', amount, currency },
  ];
}

/** Fields that only some types have. */
function checkFields(request: BusinessTransaction, faults: Faults): void {
  const { type, fromAccount, toAccount } = request;
  for (const path of ['fromAccount', 'toAccount'] as const) {
    if (type === 'transfer' && request[path] === undefined) faults.note(path, 'is needed for a transfer');
    if (type !== 'transfer' && request[path] !== undefined) faults.note(path, 'is for transfers only');
  }
  if (type === 'transfer' && fromAccount !== undefined && fromAccount === toAccount)
    faults.note('toAccount', 'must be another account than fromAccount');
  if (type !== 'refund' && request.originalTransactionId !== undefined)
    faults.note('originalTransactionId', 'is for refunds only');
  if (type !== 'adjustment' && request.direction !== undefined) faults.note('direction', 'is for adjustments only');
}
