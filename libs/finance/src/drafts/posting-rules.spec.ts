import fc from 'fast-check';
import { formatMoney } from '../books/money.js';
import { type BusinessTransaction, planPostings } from './posting-rules.js';
import { type Posting, TRANSACTION_TYPES } from '../books/transaction.js';

const request = (change: Partial<BusinessTransaction>): BusinessTransaction => ({
  type: 'sale',
  amount: '10.00',
  currency: 'USD',
  channel: 'online_store',
  ...change,
});

const net = (postings: readonly Posting[]): bigint =>
  postings.reduce((sum, { direction, amount }) => sum + (direction === 'debit' ? amount : -amount), 0n);

describe('posting rules', () => {
  const parts = fc.record({
    goods: fc.bigInt({ min: 1n, max: 10_000_000n }),
    tax: fc.bigInt({ min: 0n, max: 1_000_000n }),
    shipping: fc.bigInt({ min: 0n, max: 1_000_000n }),
    discount: fc.bigInt({ min: 0n, max: 1_000n }),
  });

  it('balance for every type and any parts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TRANSACTION_TYPES), parts, (type, { goods, tax, shipping, discount }) => {
        const amount = goods + tax + shipping - discount;
        fc.pre(amount > 0n && goods + shipping > discount);
        const text = (minor: bigint): string => formatMoney(minor, 'USD');
        const transfer = type === 'transfer' ? { fromAccount: 'assets:a', toAccount: 'assets:b' } : {};
        const plan = planPostings(
          request({
            type,
            amount: text(amount),
            subtotal: text(goods),
            taxAmount: text(tax),
            shippingAmount: text(shipping),
            discountAmount: text(discount),
            ...transfer,
          }),
        );
        expect(net(plan.postings)).toBe(0n);
        expect(plan.postings.every((posting) => posting.amount > 0n)).toBe(true);
      }),
    );
  });

  it('post an order that a discount pays for', () => {
    const { postings, amounts } = planPostings(request({ amount: '0', taxAmount: '5.00', discountAmount: '55.00' }));
    expect(amounts.amount).toBe(0n);
    expect(postings.map(({ account, direction, amount }) => `${direction} ${account} ${amount}`)).toEqual([
      'debit expenses:discounts:USD 5500',
      'credit revenue:sales:USD 5000',
      'credit liabilities:tax:USD 500',
    ]);
  });

  it.each([
    [{ amount: '0.00', subtotal: '1.00', discountAmount: '1.00' }, [['1', '0.99999999']]],
    [{ amount: '1.00' }, [['3', '0.3333']]],
    [{ amount: '1.00', subtotal: '1.00' }, [['0.333333', '3.00']]],
    [
      { amount: '0.03' },
      [
        ['1.5', '0.01'],
        ['1.5', '0.01'],
      ],
    ],
    [
      { amount: '0.04' },
      [
        ['1.5', '0.01'],
        ['1.5', '0.01'],
      ],
    ],
    [{ amount: '12.35' }, [['2.47', '5']]],
  ])('take %j for line items %j, however these are rounded', (change, items) => {
    const lineItems = items.map(([quantity = '', unitPrice = '']) => ({ sku: 'a', quantity, unitPrice }));
    expect(net(planPostings(request({ ...change, lineItems })).postings)).toBe(0n);
  });

  it('take a number for a price that is less than a millionth', () => {
    const lineItems = [{ sku: 'a', quantity: 1_000_000, unitPrice: 1.5e-7 }];
    expect(net(planPostings(request({ amount: '0.15', lineItems })).postings)).toBe(0n);
  });

  it('name every fault of a request', () => {
    const wrong = request({
      amount: 'zzz',
      taxAmount: '1.001',
      discountAmount: '-1.00',
      fromAccount: 'assets:a',
      lineItems: [
        { sku: 'a', quantity: 0, unitPrice: '1.00' },
        { sku: 'b', quantity: 1, unitPrice: '0.000000001' },
      ],
    });
    const paths = [
      'fromAccount',
      'amount',
      'taxAmount',
      'discountAmount',
      'lineItems.0.quantity',
      'lineItems.1.unitPrice',
    ];
    expect(() => planPostings(wrong)).toThrow(
      expect.objectContaining({ details: { errors: paths.map((path): unknown => expect.objectContaining({ path })) } }),
    );
  });

  it.each([
    [
      'one cent too much for rounding',
      { amount: '1.01', lineItems: [{ sku: 'a', quantity: 3, unitPrice: '0.3333' }] },
      '0.01',
    ],
    ['the parts', { amount: '10.00', subtotal: '9.00', taxAmount: '0.90' }, '0.10'],
    [
      'the line items',
      { amount: '10.00', subtotal: '10.00', lineItems: [{ sku: 'a', quantity: 3, unitPrice: '3.00' }] },
      '1.00',
    ],
  ])('say by how much %s differ', (_, change, difference) => {
    expect(() => planPostings(request(change))).toThrow(
      expect.objectContaining({ code: 'FINANCE.PARTS_MISMATCH', details: expect.objectContaining({ difference }) }),
    );
  });

  it.each([
    [{ amount: '0' }],
    [{ amount: '-1.00' }],
    [{ taxAmount: '11.00' }],
    [{ taxAmount: '-1.00' }],
    [{ amount: '0', taxAmount: '0' }],
    [{ type: 'expense' as const, amount: '0', discountAmount: '5.00' }],
    [{ type: 'transfer' as const }],
    [{ type: 'transfer' as const, fromAccount: 'a', toAccount: 'a' }],
    [{ fromAccount: 'a' }],
    [{ direction: 'increase' as const }],
    [{ type: 'expense' as const, originalTransactionId: 'x' }],
  ])('refuse %j', (change) => {
    expect(() => planPostings(request(change))).toThrow(
      expect.objectContaining({ code: 'FINANCE.INVALID_TRANSACTION' }),
    );
  });
});
