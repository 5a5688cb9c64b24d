// What a shop sells on a day, what comes back, and what it spends. All of it follows from the day.
import { Chance, timeOn, weekdayOf } from './chance.mjs';

/** Cents. */
const ARTICLES = [
  ['SKU-1001', 'Silk scarf', 5900],
  ['SKU-1002', 'Wool beanie', 3400],
  ['SKU-1003', 'Linen shirt', 8900],
  ['SKU-1004', 'Canvas bag', 4500],
  ['SKU-1005', 'Rain jacket', 15900],
  ['SKU-1006', 'Leather belt', 4900],
  ['SKU-1007', 'Denim jeans', 11900],
  ['SKU-1008', 'Cotton socks', 1200],
];

/** `perCent`: minor units for a US cent; `tax`: on top of the price; `shipping`: minor units. */
const CURRENCIES = {
  USD: { perCent: 1, digits: 2, tax: 0.08, shipping: 595 },
  EUR: { perCent: 0.92, digits: 2, tax: 0.2, shipping: 490 },
  JPY: { perCent: 1.5, digits: 0, tax: 0.1, shipping: 800 },
};

const EVENING = [1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 5, 6, 5, 4, 4, 5, 6, 8, 10, 11, 9, 6, 3];
const OPENING = [0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 5, 6, 8, 7, 6, 6, 7, 8, 6, 2, 0, 0, 0, 0];
const OFFICE = [0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 8, 6, 2, 5, 7, 6, 4, 1, 0, 0, 0, 0, 0, 0];

/** `week`: sales of a day from Sunday to Saturday; `day`: how they spread over its hours. */
const CHANNELS = [
  {
    channel: 'online_store',
    week: [13, 9, 8, 8, 9, 11, 14],
    day: EVENING,
    currencies: ['USD', 'USD', 'EUR'],
    methods: ['card', 'card', 'wallet'],
  },
  {
    channel: 'marketplace',
    week: [6, 5, 4, 4, 5, 5, 7],
    day: EVENING,
    currencies: ['USD', 'EUR'],
    methods: ['marketplace'],
  },
  {
    channel: 'physical_store',
    week: [0, 4, 4, 5, 5, 7, 9],
    day: OPENING,
    currencies: ['EUR', 'JPY'],
    methods: ['card', 'cash'],
  },
  {
    channel: 'social_commerce',
    week: [4, 1, 1, 1, 2, 3, 4],
    day: EVENING,
    currencies: ['USD'],
    methods: ['card', 'wallet'],
  },
  {
    channel: 'wholesale',
    week: [0, 2, 1, 2, 1, 1, 0],
    day: OFFICE,
    currencies: ['USD', 'EUR'],
    methods: ['bank_transfer'],
  },
];

/** @returns `{at, item, refund?: {at, item}}` each, where `item` is one of a batch; a refund still lacks its original */
export function salesOf(day) {
  return CHANNELS.flatMap((channel) => {
    const usual = channel.week[weekdayOf(day)];
    const chance = new Chance(`sales ${day} ${channel.channel}`);
    const count = Math.round(usual * (0.75 + chance.next() / 2));
    return Array.from({ length: count }, (_, number) => saleOf(day, channel, number, chance));
  });
}

function saleOf(day, { channel, day: hours, currencies, methods }, number, chance) {
  const currency = chance.pick(currencies);
  const { perCent, tax, shipping } = CURRENCIES[currency];
  const isWholesale = channel === 'wholesale';
  const lines = Array.from({ length: isWholesale ? chance.between(2, 4) : chance.between(1, 3) }, () => {
    const [sku, description, cents] = chance.pick(ARTICLES);
    const quantity = isWholesale ? chance.between(10, 40) : chance.is(0.85) ? 1 : 2;
    return { sku, description, quantity, unit: Math.round(cents * perCent * (isWholesale ? 0.6 : 1)) };
  });
  const subtotal = lines.reduce((sum, { quantity, unit }) => sum + quantity * unit, 0);
  const discount = chance.is(0.12) ? Math.round(subtotal * 0.1) : 0;
  const freight = channel === 'physical_store' || subtotal > 10_000 * perCent ? 0 : shipping;
  const taxes = Math.round((subtotal - discount) * tax);
  const amount = subtotal - discount + freight + taxes;
  const money = (minor) => moneyOf(minor, currency);
  const orderId = `${day.replaceAll('-', '')}-${channel}-${number + 1}`;
  const minutes = chance.place(hours) * 60 + chance.between(0, 59);
  const item = {
    type: 'sale',
    idempotencyKey: `demo:sale:${orderId}`,
    amount: money(amount),
    subtotal: money(subtotal),
    taxAmount: money(taxes),
    ...(freight > 0 && { shippingAmount: money(freight) }),
    ...(discount > 0 && { discountAmount: money(discount) }),
    currency,
    channel,
    orderId,
    customerId: `${isWholesale ? 'DEALER' : 'CUSTOMER'}-${chance.between(1, isWholesale ? 9 : 180)}`,
    paymentMethod: chance.pick(methods),
    transactionDate: timeOn(day, minutes).toISOString(),
    lineItems: lines.map(({ unit, quantity, ...line }) => ({
      ...line,
      quantity: String(quantity),
      unitPrice: money(unit),
    })),
  };
  const [comesBack, days, inPart] = [chance.is(0.06), chance.between(1, 4), chance.is(0.3)];
  const refundAt = timeOn(day, days * 1440 + chance.between(9 * 60, 17 * 60));
  const refund = {
    at: refundAt,
    item: {
      type: 'refund',
      idempotencyKey: `demo:refund:${orderId}`,
      amount: money(inPart ? Math.ceil(amount / 2) : amount),
      orderId,
      transactionDate: refundAt.toISOString(),
      notes: inPart ? 'One article came back' : 'Sent back',
    },
  };
  return { at: timeOn(day, minutes), item, ...(comesBack && { refund }) };
}

/** What is bought and spent, and what comes in besides sales: `{at, item}`. */
export function booksOf(day) {
  const chance = new Chance(`books ${day}`);
  const entry = (type, minutes, cents, notes) => ({
    at: timeOn(day, minutes),
    item: {
      type,
      idempotencyKey: `demo:${type}:${day}`,
      amount: moneyOf(cents, 'USD'),
      paymentMethod: 'bank_transfer',
      transactionDate: timeOn(day, minutes).toISOString(),
      notes,
    },
  });
  return [
    weekdayOf(day) === 1 && entry('purchase', 9 * 60, chance.between(280_000, 460_000), 'Fabrics and trimmings'),
    weekdayOf(day) === 5 && entry('expense', 16 * 60, chance.between(38_000, 61_000), 'Courier, week'),
    day.endsWith('-15') && entry('revenue', 11 * 60, 90_000, 'Licence of a pattern'),
  ].filter(Boolean);
}

/** A payment that was authorised and waits to be captured: it holds, and counts for nothing yet. */
export function holdOf(day) {
  const amount = moneyOf(new Chance(`hold ${day}`).between(9_000, 29_000), 'USD');
  return {
    idempotencyKey: `demo:hold:${day}`,
    description: `Card authorised for pre-order ${day}`,
    state: 'pending',
    expiresAt: timeOn(day, 7 * 1440).toISOString(),
    postings: [
      { account: 'assets:clearing:card:USD', direction: 'debit', amount, currency: 'USD' },
      { account: 'revenue:sales:USD', direction: 'credit', amount, currency: 'USD' },
    ],
  };
}

function moneyOf(minor, currency) {
  const { digits } = CURRENCIES[currency];
  return digits === 0 ? String(minor) : `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
}
