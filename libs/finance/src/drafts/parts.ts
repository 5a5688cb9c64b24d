import { minorDigitsOf } from '../books/currencies.js';
import type { Faults } from '../books/faults.js';
import {
  InvalidMoneyException,
  InvalidTransactionException,
  PartsMismatchException,
} from '../books/fields.exceptions.js';
import { type Amount, formatMoney, MAX_MINOR, parseMoney, readDecimal } from '../books/money.js';

/** The parts that a request may say its amount is made of, before a discount is taken off. */
export const PART_FIELDS = ['subtotal', 'taxAmount', 'shippingAmount', 'discountAmount'] as const;
export type PartField = (typeof PART_FIELDS)[number];

/** One article; its price may be finer than the currency, and its quantity a fraction. */
export interface LineItem {
  sku: string;
  description?: string | undefined;
  quantity: Amount;
  unitPrice: Amount;
}

/** What a request says of money. */
export interface AmountFields extends Partial<Record<PartField, Amount | undefined>> {
  amount: Amount;
  lineItems?: readonly LineItem[] | undefined;
}

/** The same, read: minor units. Parts that were not said are missing. */
export interface Amounts extends Partial<Record<PartField, bigint>> {
  readonly amount: bigint;
  readonly currency: string;
  readonly items: ItemsTotal | undefined;
}

/** Digits after the decimal mark that a unit price and a quantity may have. */
const [PRICE_DIGITS, QUANTITY_DIGITS] = [8, 6];
const MAX_QUANTITY = 1_000_000n * 10n ** BigInt(QUANTITY_DIGITS);

/** What the line items come to, in minor units over a common denominator. */
interface ItemsTotal {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Lines that come to no whole number of minor units. */
  readonly roundedLines: bigint;
}

/** Reads all amounts of a request; what is wrong with any of them goes to the faults. */
export function readAmounts(fields: AmountFields, currency: string, faults: Faults): Amounts {
  const read = (path: 'amount' | PartField): bigint | undefined => {
    const value = fields[path];
    if (value === undefined) return undefined;
    return faults.read(() => {
      const minor = parseMoney(value, currency, path);
      if (minor < 0n) throw new InvalidTransactionException(path, 'must not be negative');
      return minor;
    });
  };
  const amount = read('amount');
  // What is wrong with the currency is told also beside an amount that cannot be read.
  if (amount === undefined) faults.read(() => parseMoney('0', currency));
  const parts: Partial<Record<PartField, bigint>> = {};
  for (const field of PART_FIELDS) {
    const minor = read(field);
    if (minor !== undefined) parts[field] = minor;
  }
  return { amount: amount ?? 0n, currency, ...parts, items: itemsTotal(fields.lineItems ?? [], currency, faults) };
}

/**
 * Whether parts and line items add up to the amount, when the goods are said.
 *
 * @throws PartsMismatchException
 */
export function assertAddsUp({ amount, currency, items, ...parts }: Amounts): void {
  const [tax, shipping, discount] = [parts.taxAmount ?? 0n, parts.shippingAmount ?? 0n, parts.discountAmount ?? 0n];
  const { subtotal } = parts;
  if (subtotal !== undefined) {
    if (amount !== subtotal + tax + shipping - discount)
      throw mismatch('The parts', amount, subtotal + tax + shipping - discount, currency);
    if (items && !comesTo(items, subtotal)) throw mismatch('The line items', subtotal, rounded(items), currency);
    return;
  }
  const goods = amount - tax - shipping + discount;
  if (items && !comesTo(items, goods)) throw mismatch('The parts', amount, amount - goods + rounded(items), currency);
}

/** The parts that were said, with the currency's full digits, and the articles with their prices: as they are read back. */
export function saidOf({ currency, ...amounts }: Amounts, items: readonly LineItem[] | undefined): object {
  const said: Record<string, string> = {};
  for (const field of PART_FIELDS) {
    const minor = amounts[field];
    if (minor !== undefined) said[field] = formatMoney(minor, currency);
  }
  const lineItems = items?.map(({ unitPrice, ...item }) => ({ ...item, unitPrice: priceText(unitPrice, currency) }));
  return { ...(lineItems?.length ? { lineItems } : {}), ...said };
}

function itemsTotal(items: readonly LineItem[], currency: string, faults: Faults): ItemsTotal | undefined {
  const digits = minorDigitsOf(currency);
  if (items.length === 0 || digits === undefined) return undefined;
  const denominator = 10n ** BigInt(PRICE_DIGITS + QUANTITY_DIGITS - digits);
  let [numerator, roundedLines] = [0n, 0n];
  for (const [index, { quantity, unitPrice }] of items.entries()) {
    const path = `lineItems.${index}`;
    const count = faults.read(() => readQuantity(quantity, `${path}.quantity`));
    const price = faults.read(() => readDecimal(unitPrice, PRICE_DIGITS, `${path}.unitPrice`));
    const line = (count ?? 0n) * (price ?? 0n);
    numerator += line;
    if (line % denominator !== 0n) roundedLines += 1n;
  }
  return { numerator, denominator, roundedLines };
}

function readQuantity(quantity: Amount, path: string): bigint {
  const count = readDecimal(quantity, QUANTITY_DIGITS, path);
  if (count > 0n && count <= MAX_QUANTITY) return count;
  throw new InvalidMoneyException(path, 'must be above 0 and at most 1000000', 'quantity');
}

/** Each line that has to be rounded may be rounded either way, or all of them together: nobody says which way a seller rounds. */
function comesTo({ numerator, denominator, roundedLines }: ItemsTotal, minor: bigint): boolean {
  const off = numerator - minor * denominator;
  return 2n * (off < 0n ? -off : off) <= roundedLines * denominator;
}

/** In whole minor units, half to even. */
function rounded({ numerator, denominator }: ItemsTotal): bigint {
  const [whole, twice] = [numerator / denominator, 2n * (numerator % denominator)];
  const [up, size] = numerator < 0n ? [-1n, -twice] : [1n, twice];
  return size > denominator || (size === denominator && whole % 2n !== 0n) ? whole + up : whole;
}

/** A price with at least the digits of its currency. */
function priceText(price: Amount, currency: string): string {
  const units = readDecimal(price, PRICE_DIGITS, 'unitPrice');
  const [sign, absolute] = units < 0n ? ['-', -units] : ['', units];
  const text = absolute.toString().padStart(PRICE_DIGITS + 1, '0');
  const [whole, fraction] = [text.slice(0, -PRICE_DIGITS), text.slice(-PRICE_DIGITS)];
  const digits = fraction.replace(/0+$/, '').padEnd(minorDigitsOf(currency) ?? 2, '0');
  return `${sign}${whole}${digits === '' ? '' : `.${digits}`}`;
}

function mismatch(what: string, expected: bigint, actual: bigint, currency: string): PartsMismatchException {
  const text = (minor: bigint): string => formatMoney(minor, currency);
  return new PartsMismatchException(what, text(expected), text(actual), text(expected - actual));
}

/** @throws InvalidMoneyException when one side of the legs comes to more than the ledger can hold */
export function assertHoldable(legs: readonly { direction: string; currency: string; amount: bigint }[]): void {
  const sums = new Map<string, bigint>();
  for (const { direction, currency, amount } of legs) {
    if (direction !== 'debit') continue;
    const sum = (sums.get(currency) ?? 0n) + amount;
    if (sum > MAX_MINOR) throw new InvalidMoneyException('amount', 'is too large in sum', 'max');
    sums.set(currency, sum);
  }
}
