import fc from 'fast-check';
import { formatMoney } from './money.js';
import { type BusinessTransaction, planPostings, refundPostings } from './posting-rules.js';
import { type Posting, TRANSACTION_TYPES } from './transaction.js';

const request = (change: Partial<BusinessTransaction>): BusinessTransaction => ({
  type: 'sale',
  amount: '10.00',
  currency: 'USD',
  channel: 'online_store',
  ...change,
});

const net = (postings: readonly Posting[]): bigint =>
  postings.reduce((sum, { direction, amount }) => sum + (direction === 'debit' ? amount : -amount), 0n);

/** Debits less credits by account. */
const byAccount = (postings: readonly Posting[]): Record<string, bigint> => {
  const sums: Record<string, bigint> = {};
  for (const { account, direction, amount } of postings) {
    sums[account] = (sums[account] ?? 0n) + (direction === 'debit' ? amount : -amount);
  }
  return sums;
};

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

  it('come to exactly the original turned round after any series of refunds, one of them taken back', () => {
    fc.assert(
      fc.property(
        parts,
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.nat(),
        ({ goods, tax, shipping, discount }, cuts, taken) => {
          const amount = goods + tax + shipping - discount;
          fc.pre(amount > 0n);
          const text = (minor: bigint): string => formatMoney(minor, 'USD');
          const original = planPostings(
            request({
              amount: text(amount),
              subtotal: text(goods),
              taxAmount: text(tax),
              shippingAmount: text(shipping),
              discountAmount: text(discount),
            }),
          );
          const marks = [...new Set([...cuts.map((cut) => BigInt(cut) % amount), amount])].filter((mark) => mark > 0n);
          const refunds: { amount: bigint; postings: Posting[] }[] = [];
          const refund = (amount: bigint): void => {
            const legs = new Map(Object.entries(byAccount(refunds.flatMap(({ postings }) => postings))));
            const postings = refundPostings(amount, { amount: given(), legs }, original);
            expect(net(postings)).toBe(0n);
            expect(postings.every((posting) => posting.amount > 0n)).toBe(true);
            refunds.push({ amount, postings });
          };
          const given = (): bigint => refunds.reduce((sum, one) => sum + one.amount, 0n);
          for (const mark of marks.sort((a, b) => (a < b ? -1 : 1))) refund(mark - given());
          // One is taken back: what is then left to give back is given back in a last refund.
          refunds.splice(taken % refunds.length, 1);
          if (given() < amount) refund(amount - given());
          const all = refunds.flatMap(({ postings }) => postings);
          expect(Object.values(byAccount([...original.postings, ...all])).every((sum) => sum === 0n)).toBe(true);
        },
      ),
    );
  });

  it.each([
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
