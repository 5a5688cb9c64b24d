import { createHash } from 'node:crypto';
import type { AccountType } from './account.js';

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

/**
 * What a standard account is, or `undefined` for an account that somebody must have made.
 *
 * @param paymentMethod as it was written, for the name of its clearing account
 */
export function standardAccountOf(
  code: string,
  paymentMethod?: string,
): (StandardAccount & { currency: string }) | undefined {
  const [, base = '', currency = ''] = /^(.*):([A-Z]{3})$/.exec(code) ?? [];
  const clearing = /^assets:clearing:[a-z0-9_-]+$/.test(base) ? STANDARD['assets:clearing'] : undefined;
  const standard = STANDARD[base] ?? clearing;
  if (!standard) return undefined;
  const method = clearing ? ` (${paymentMethod?.trim().replace(/\s+/g, ' ') || base.split(':').at(-1)})` : '';
  return { ...standard, name: `${standard.name}${method} ${currency}`, currency };
}

/** Longest word for a payment method in an account's code. */
const MAX_WORD = 40;

/** Digits of the hash that tells methods apart whose words are alike. */
const HASH_DIGITS = 10;

/**
 * The clearing account of a payment method in a currency; money is there until the bank has it. Case and the signs between words make no
 * difference. What a code cannot show, as it is not ASCII or too long, a hash stands for: every method has an account of its own.
 */
export function clearingAccount(method: string | undefined, currency: string): string {
  const text = (method ?? '').normalize('NFC').trim().toLowerCase();
  const words = text.replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
  const isShown = !/[^\x00-\x7f]/.test(text) && words.length <= MAX_WORD && (words !== '' || text === '');
  if (isShown) return `assets:clearing:${words === '' ? 'unspecified' : words}:${currency}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  const begin = words.slice(0, MAX_WORD - HASH_DIGITS - 1).replace(/_$/, '');
  return `assets:clearing:${begin === '' ? 'method' : begin}_${hash}:${currency}`;
}
