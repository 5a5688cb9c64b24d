import type { AccountType } from './account.js';
import { InvalidTransactionException, PartsMismatchException } from './finance.exceptions.js';
import { formatMoney, parseMoney } from './money.js';
import { type Channel, type Direction, opposite, type Posting, signed, type TransactionType } from './transaction.js';

type Amount = string | number;

/** A business transaction as it is asked for; amounts in major units. */
export interface BusinessTransaction {
  type: TransactionType;
  amount: Amount;
  currency: string;
  channel: Channel;
  orderId?: string | undefined;
  customerId?: string | undefined;
  lineItems?:
    readonly { sku: string; description?: string | undefined; quantity: number; unitPrice: Amount }[] | undefined;
  subtotal?: Amount | undefined;
  taxAmount?: Amount | undefined;
  shippingAmount?: Amount | undefined;
  discountAmount?: Amount | undefined;
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

/** An account that exists by itself as soon as something is posted to it: one for each currency. */
interface StandardAccount {
  type: AccountType;
  name: string;
}

const STANDARD: Readonly<Record<string, StandardAccount>> = {
  'assets:clearing': { type: 'asset', name: 'Clearing' },
  'assets:inventory': { type: 'asset', name: 'Inventory' },
  'liabilities:tax': { type: 'liability', name: 'Tax payable' },
  'equity:adjustments': { type: 'equity', name: 'Adjustments' },
  'revenue:sales': { type: 'revenue', name: 'Sales' },
  'revenue:shipping': { type: 'revenue', name: 'Shipping' },
  'revenue:other': { type: 'revenue', name: 'Other revenue' },
  'expenses:discounts': { type: 'expense', name: 'Discounts' },
  'expenses:refunds': { type: 'expense', name: 'Refunds without an original' },
  'expenses:operating': { type: 'expense', name: 'Operating expenses' },
};

/** Which part of a transaction a leg takes. `gross` is the amount itself, `net` what is left of it after the other parts. */
type Part = 'gross' | 'net' | 'tax' | 'shipping' | 'discount';

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
  amount: bigint;
  postings: Posting[];
}

/**
 * The postings of a business transaction that has no original.
 *
 * @throws InvalidMoneyException, InvalidTransactionException, PartsMismatchException
 */
export function planPostings(request: BusinessTransaction): PostingPlan {
  const { type, currency } = request;
  const amount = positiveAmount(request);
  if (type === 'transfer') return { amount, postings: transferPostings(request, amount) };
  forbidTransferFields(request);
  const parts = partsOf(request, amount);
  const flip = type === 'adjustment' && adjustmentDirection(request) === 'decrease';
  const postings = POSTING_RULES[type]
    .map(({ direction, account, part }): Posting => ({
      account: `${account === 'payment' ? paymentAccount(request.paymentMethod) : account}:${currency}`,
      direction: flip ? opposite(direction) : direction,
      amount: parts[part],
      currency,
    }))
    .filter((posting) => posting.amount !== 0n);
  return { amount, postings };
}

/**
 * The postings that give back `amount` of an original: its legs turned round, in proportion. Each is the difference between its share
 * of all that is then given back and what was given back before, so that any series of refunds, some of them taken back again, comes
 * to exactly the original's legs in the end.
 */
export function refundPostings(amount: bigint, given: Given, original: Refundable): Posting[] {
  return (
    sharesAt(given.amount + amount, original)
      .map((share) => ({ ...share, amount: signed(share) - (given.legs.get(share.account) ?? 0n) }))
      .filter((leg) => leg.amount !== 0n)
      // A leg that takes up the rounding of the others may have to give a unit back, and changes sides.
      .map((leg) =>
        leg.amount > 0n ? { ...leg, direction: 'debit' } : { ...leg, direction: 'credit', amount: -leg.amount },
      )
  );
}

/** What was given back of an original before, in minor units: of its amount, and debits less credits on each account. */
export interface Given {
  amount: bigint;
  legs: ReadonlyMap<string, bigint>;
}

interface Refundable {
  amount: bigint;
  postings: readonly Posting[];
}

/** Every leg's share of a part of the original, turned round. Rounded down; the largest leg on the other side takes the rest. */
function sharesAt(part: bigint, { amount, postings }: Refundable): Posting[] {
  const money = postings.findIndex((posting) => posting.direction === 'debit' && posting.amount === amount);
  const shares = postings.map((posting, index) => ({
    ...posting,
    direction: opposite(posting.direction),
    amount: index === money ? part : (posting.amount * part) / amount,
  }));
  const sum = (direction: Direction): bigint =>
    shares.reduce((total, share) => (share.direction === direction ? total + share.amount : total), 0n);
  const largest = postings.reduce(
    (found, posting, index) =>
      posting.direction === 'credit' && posting.amount > (postings[found]?.amount ?? -1n) ? index : found,
    -1,
  );
  const rest = sum('credit') - sum('debit');
  return shares.map((share, index) => (index === largest ? { ...share, amount: share.amount + rest } : share));
}

/** The same legs on the other side. */
export function reversalPostings(postings: readonly Posting[]): Posting[] {
  return postings.map((posting) => ({ ...posting, direction: opposite(posting.direction) }));
}

/** What a standard account is, or `undefined` for an account that somebody must have made. */
export function standardAccountOf(code: string): (StandardAccount & { currency: string }) | undefined {
  const [, base = '', currency = ''] = /^(.*):([A-Z]{3})$/.exec(code) ?? [];
  const clearing = /^assets:clearing:[a-z0-9_-]+$/.test(base) ? STANDARD['assets:clearing'] : undefined;
  const standard = STANDARD[base] ?? clearing;
  if (!standard) return undefined;
  const method = clearing ? ` (${base.split(':').at(-1)})` : '';
  return { ...standard, name: `${standard.name}${method} ${currency}`, currency };
}

/** The clearing account of a payment method; money is there until the bank has it. */
function paymentAccount(method: string | undefined): string {
  const slug = (method ?? 'unspecified')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return `assets:clearing:${slug === '' ? 'unspecified' : slug.slice(0, 40)}`;
}

function positiveAmount({ amount, currency }: BusinessTransaction): bigint {
  const minor = parseMoney(amount, currency);
  if (minor <= 0n) throw new InvalidTransactionException('amount', 'must be greater than zero');
  return minor;
}

/** The parts, after checking that they and the line items add up. */
function partsOf(request: BusinessTransaction, gross: bigint): Record<Part, bigint> {
  const { currency, subtotal, lineItems } = request;
  const part = (value: Amount | undefined, path: string): bigint => {
    const minor = value === undefined ? 0n : parseMoney(value, currency, path);
    if (minor < 0n) throw new InvalidTransactionException(path, 'must not be negative');
    return minor;
  };
  const tax = part(request.taxAmount, 'taxAmount');
  const shipping = part(request.shippingAmount, 'shippingAmount');
  const discount = part(request.discountAmount, 'discountAmount');
  const items = itemsTotal(lineItems ?? [], currency);
  const goods = subtotal === undefined ? items : part(subtotal, 'subtotal');
  if (goods !== undefined) assertAddsUp('The parts', gross, goods + tax + shipping - discount, currency);
  if (goods !== undefined && items !== undefined) assertAddsUp('The line items', goods, items, currency);
  // A part without a leg of its own belongs to the net: the freight of a purchase is part of what the goods cost.
  const own = (name: Part, minor: bigint): bigint =>
    POSTING_RULES[request.type].some((leg) => leg.part === name) ? minor : 0n;
  const net = gross - own('tax', tax) - own('shipping', shipping) + own('discount', discount);
  if (net < 0n) throw new InvalidTransactionException('taxAmount', 'and the other parts exceed the amount');
  return { gross, tax, shipping, discount, net };
}

function itemsTotal(items: NonNullable<BusinessTransaction['lineItems']>, currency: string): bigint | undefined {
  if (items.length === 0) return undefined;
  return items.reduce(
    (sum, { quantity, unitPrice }, index) =>
      sum + BigInt(quantity) * parseMoney(unitPrice, currency, `lineItems.${index}.unitPrice`),
    0n,
  );
}

function assertAddsUp(what: string, expected: bigint, actual: bigint, currency: string): void {
  if (expected === actual) return;
  const text = (minor: bigint): string => formatMoney(minor, currency);
  throw new PartsMismatchException(what, text(expected), text(actual), text(expected - actual));
}

function transferPostings({ fromAccount, toAccount, currency }: BusinessTransaction, amount: bigint): Posting[] {
  if (fromAccount === undefined) throw new InvalidTransactionException('fromAccount', 'is needed for a transfer');
  if (toAccount === undefined) throw new InvalidTransactionException('toAccount', 'is needed for a transfer');
  if (fromAccount === toAccount)
    throw new InvalidTransactionException('toAccount', 'must be another account than fromAccount');
  return [
    { account: toAccount, direction: 'debit', amount, currency },
    { account: fromAccount, direction: 'credit', amount, currency },
  ];
}

function forbidTransferFields(request: BusinessTransaction): void {
  for (const path of ['fromAccount', 'toAccount'] as const) {
    if (request[path] !== undefined) throw new InvalidTransactionException(path, 'is for transfers only');
  }
  if (request.originalTransactionId !== undefined && request.type !== 'refund') {
    throw new InvalidTransactionException('originalTransactionId', 'is for refunds only');
  }
  if (request.direction !== undefined && request.type !== 'adjustment') {
    throw new InvalidTransactionException('direction', 'is for adjustments only');
  }
}

function adjustmentDirection({ direction }: BusinessTransaction): 'increase' | 'decrease' {
  return direction ?? 'increase';
}
