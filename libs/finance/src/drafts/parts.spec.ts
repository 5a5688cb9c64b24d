import { Faults } from '../books/faults.js';
import { type AmountFields, type Amounts, assertAddsUp, assertHoldable, readAmounts, saidOf } from './parts.js';

const read = (fields: AmountFields, currency = 'USD'): Amounts => {
  const faults = new Faults();
  const amounts = readAmounts(fields, currency, faults);
  faults.settle();
  return amounts;
};
const items = (...lines: [quantity: string, unitPrice: string][]): AmountFields['lineItems'] =>
  lines.map(([quantity, unitPrice]) => ({ sku: 's', quantity, unitPrice }));
const check = (fields: AmountFields) => (): void => assertAddsUp(read(fields));

describe('the parts of an amount', () => {
  it('are read as far as they are said', () => {
    expect(read({ amount: '10', taxAmount: '1.5' })).toEqual({
      amount: 1_000n,
      taxAmount: 150n,
      currency: 'USD',
      items: undefined,
    });
    expect(read({ amount: '0', subtotal: '1', shippingAmount: '2', discountAmount: '3' })).toMatchObject({
      subtotal: 100n,
      shippingAmount: 200n,
      discountAmount: 300n,
    });
  });

  it.each<[AmountFields, string, string]>([
    [{ amount: '-1' }, 'USD', 'amount must not be negative'],
    [{ amount: '1', taxAmount: '-1' }, 'USD', 'taxAmount must not be negative'],
    [{ amount: '1' }, 'ZZZ', 'currency must be an active ISO 4217 code'],
    [{ amount: '1', lineItems: items(['0', '1']) }, 'USD', 'lineItems.0.quantity must be above 0 and at most 1000000'],
    [{ amount: '1', lineItems: items(['1', '1'], ['1000000.1', '1']) }, 'USD', 'lineItems.1.quantity must be above 0'],
    [{ amount: '1', lineItems: items(['1', 'x']) }, 'USD', 'lineItems.0.unitPrice must be a decimal number'],
  ])('%j in %s are refused: %s', (fields, currency, message) => expect(() => read(fields, currency)).toThrow(message));

  it.each<AmountFields>([
    { amount: '10', subtotal: '9', taxAmount: '2', shippingAmount: '1', discountAmount: '2' },
    { amount: '10', taxAmount: '2', shippingAmount: '1', discountAmount: '2', lineItems: items(['3', '3']) },
    { amount: '10', subtotal: '10', lineItems: items(['2.5', '4']) },
    { amount: '0.01', lineItems: items(['1', '0.005']) },
    { amount: '0', lineItems: items(['1', '0.005']) },
    { amount: '7' },
  ])('%j add up', (fields) => expect(check(fields)).not.toThrow());

  it.each<[AmountFields, string]>([
    [{ amount: '10', subtotal: '9' }, 'The parts add up to 9.00, not 10.00; they differ by 1.00'],
    [
      { amount: '10', subtotal: '10', lineItems: items(['3', '3']) },
      'The line items add up to 9.00, not 10.00; they differ by 1.00',
    ],
    [
      { amount: '10', taxAmount: '2', lineItems: items(['3', '3']) },
      'The parts add up to 11.00, not 10.00; they differ by -1.00',
    ],
    [{ amount: '1', subtotal: '1', lineItems: items(['1', '0.005']) }, 'add up to 0.00'],
    [{ amount: '1', subtotal: '1', lineItems: items(['1', '0.015']) }, 'add up to 0.02'],
    [{ amount: '1', subtotal: '1', lineItems: items(['1', '0.0051']) }, 'add up to 0.01'],
    [{ amount: '1', subtotal: '1', lineItems: items(['1', '-0.015']) }, 'add up to -0.02'],
  ])('%j do not: %s', (fields, message) => expect(check(fields)).toThrow(message));

  it('are kept with all digits, and a price with as many as it has', () => {
    const lineItems = items(['2', '3'], ['1', '0.12345'], ['1', '-1.5']);
    expect(saidOf(read({ amount: '10', taxAmount: '2' }), lineItems)).toEqual({
      taxAmount: '2.00',
      lineItems: [
        { sku: 's', quantity: '2', unitPrice: '3.00' },
        { sku: 's', quantity: '1', unitPrice: '0.12345' },
        { sku: 's', quantity: '1', unitPrice: '-1.50' },
      ],
    });
    expect(saidOf(read({ amount: '10' }), [])).toEqual({});
    expect(saidOf(read({ amount: '10' }, 'JPY'), items(['1', '10']))).toMatchObject({
      lineItems: [{ unitPrice: '10' }],
    });
  });
});

it('the debits of a transaction fit into what is stored, in each currency', () => {
  const most = 9_223_372_036_854_775_807n;
  const leg = (direction: string, amount: bigint, currency = 'USD') => ({ direction, currency, amount });
  expect(() => assertHoldable([leg('debit', most), leg('credit', most), leg('debit', most, 'EUR')])).not.toThrow();
  expect(() => assertHoldable([leg('debit', most), leg('debit', 1n)])).toThrow('amount is too large in sum');
});
