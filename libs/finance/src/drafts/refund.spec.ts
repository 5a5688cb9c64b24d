import fc from 'fast-check';
import { Faults } from '../books/faults.js';
import { formatMoney } from '../books/money.js';
import { type AmountFields, readAmounts } from './parts.js';
import { planPostings } from './posting-rules.js';
import { refundPostings, type Refundable } from './refund.js';
import { type Posting, signed, type TransactionType } from '../books/transaction.js';

const text = (minor: bigint): string => formatMoney(minor, 'USD');

/** Debits less credits by account. */
function byAccount(postings: readonly Posting[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const posting of postings) sums.set(posting.account, (sums.get(posting.account) ?? 0n) + signed(posting));
  return sums;
}

/** A transaction that can be refunded, and the refunds of it so far. */
class Original {
  readonly refunds: { amount: bigint; postings: Posting[] }[] = [];

  constructor(
    readonly type: TransactionType | 'journal',
    readonly amount: bigint,
    readonly postings: Posting[],
  ) {}

  static of(type: TransactionType, fields: AmountFields): Original {
    const { amounts, postings } = planPostings({ type, currency: 'USD', paymentMethod: 'card', ...fields });
    return new Original(type, amounts.amount, postings);
  }

  get given(): bigint {
    return this.refunds.reduce((sum, { amount }) => sum + amount, 0n);
  }

  refund(fields: AmountFields, method?: string): string[] {
    const { type, amount, postings } = this;
    const originalTransactionId = type === 'journal' ? 'pending' : null;
    const transaction = { type, amount, currency: 'USD', postings, originalTransactionId };
    const doneLegs = byAccount(this.refunds.flatMap((refund) => refund.postings));
    const original: Refundable = { transaction, done: this.given, doneLegs };
    const faults = new Faults();
    const amounts = readAmounts(fields, 'USD', faults);
    faults.settle();
    const made = refundPostings(amounts, original, method);
    expect([...byAccount(made).values()].reduce((sum, one) => sum + one, 0n)).toBe(0n);
    expect(made.every((posting) => posting.amount > 0n)).toBe(true);
    this.refunds.push({ amount: amounts.amount, postings: made });
    return made.map((posting) => `${posting.direction} ${posting.account.replace(':USD', '')} ${text(posting.amount)}`);
  }

  /** What original and refunds come to. */
  get left(): bigint[] {
    return [...byAccount([...this.postings, ...this.refunds.flatMap(({ postings }) => postings)]).values()];
  }
}

const refused = (code: string, details: object = {}): unknown =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe('refunds', () => {
  const sale = (): Original =>
    Original.of('sale', { amount: '120', subtotal: '90', taxAmount: '20', shippingAmount: '10' });

  it('do what they say of parts', () => {
    const original = sale();
    expect(original.refund({ amount: '20', subtotal: '0', taxAmount: '20' })).toEqual([
      'debit liabilities:tax 20.00',
      'credit assets:clearing:card 20.00',
    ]);
    expect(original.refund({ amount: '10', shippingAmount: '10' })).toEqual([
      'debit revenue:shipping 10.00',
      'credit assets:clearing:card 10.00',
    ]);
    expect(original.refund({ amount: '90' })).toEqual([
      'debit revenue:sales 90.00',
      'credit assets:clearing:card 90.00',
    ]);
  });

  it('share out what they do not say in proportion to what is left', () => {
    expect(sale().refund({ amount: '12' })).toEqual([
      'debit revenue:sales 9.00',
      'debit liabilities:tax 2.00',
      'debit revenue:shipping 1.00',
      'credit assets:clearing:card 12.00',
    ]);
    expect(sale().refund({ amount: '30', taxAmount: '20' })).toEqual([
      'debit revenue:sales 9.00',
      'debit liabilities:tax 20.00',
      'debit revenue:shipping 1.00',
      'credit assets:clearing:card 30.00',
    ]);
  });

  it('refuse what the original has not', () => {
    const tax = { part: 'taxAmount', refundable: '0.00' };
    const untaxed = Original.of('sale', { amount: '50' });
    expect(() => untaxed.refund({ amount: '10', taxAmount: '1' })).toThrow(
      refused('FINANCE.REFUND_EXCEEDS_ORIGINAL', tax) as Error,
    );
    const original = sale();
    original.refund({ amount: '20', taxAmount: '20' });
    expect(() => original.refund({ amount: '10', taxAmount: '1' })).toThrow(
      refused('FINANCE.REFUND_EXCEEDS_ORIGINAL', tax) as Error,
    );
    expect(() => original.refund({ amount: '100.01' })).toThrow(
      refused('FINANCE.REFUND_EXCEEDS_ORIGINAL', { refundable: '100.00' }) as Error,
    );
    expect(() => sale().refund({ amount: '10', subtotal: '9' })).toThrow(refused('FINANCE.PARTS_MISMATCH') as Error);
    expect(() => sale().refund({ amount: '1', taxAmount: '2' })).toThrow(
      refused('FINANCE.INVALID_TRANSACTION') as Error,
    );
    expect(() => sale().refund({ amount: '0' })).toThrow(refused('FINANCE.INVALID_TRANSACTION') as Error);
  });

  it('give the money to the payment method that is said', () => {
    expect(sale().refund({ amount: '12' }, 'Store Credit')).toContain('credit assets:clearing:store_credit 12.00');
  });

  it('of a purchase bring the money back', () => {
    const original = Original.of('purchase', { amount: '12', taxAmount: '2' });
    expect(original.refund({ amount: '6' })).toEqual([
      'credit assets:inventory 5.00',
      'credit liabilities:tax 1.00',
      'debit assets:clearing:card 6.00',
    ]);
  });

  it('of a capture turn its legs round', () => {
    const legs = ['debit a 6', 'debit b 4', 'credit c 10'].map((leg): Posting => {
      const [direction = '', account = '', amount = ''] = leg.split(' ');
      return { direction: direction as Posting['direction'], account, currency: 'USD', amount: BigInt(amount) * 100n };
    });
    const original = new Original('journal', 1_000n, legs);
    expect(original.refund({ amount: '5' })).toEqual(['credit a 3.00', 'credit b 2.00', 'debit c 5.00']);
    expect(() => original.refund({ amount: '1', taxAmount: '1' })).toThrow(
      refused('FINANCE.INVALID_TRANSACTION') as Error,
    );
    expect(() => original.refund({ amount: '1' }, 'cash')).toThrow(refused('FINANCE.INVALID_TRANSACTION') as Error);
    original.refund({ amount: '5' });
    expect(original.left).toEqual([0n, 0n, 0n]);
  });

  it('go on where those of earlier releases left off', () => {
    const original = Original.of('sale', {
      amount: '0.10',
      subtotal: '0.05',
      taxAmount: '0.04',
      shippingAmount: '0.01',
    });
    // Rounded down, and the largest leg took the rest: more than it had.
    const postings = ['debit revenue:sales 6', 'debit liabilities:tax 3', 'credit assets:clearing:card 9'].map(
      (leg): Posting => {
        const [direction = '', account = '', amount = ''] = leg.split(' ');
        const code = `${account}:USD`;
        return { direction: direction as Posting['direction'], account: code, currency: 'USD', amount: BigInt(amount) };
      },
    );
    original.refunds.push({ amount: 9n, postings });
    expect(original.refund({ amount: '0.01' })).toEqual([
      'credit revenue:sales 0.01',
      'debit liabilities:tax 0.01',
      'debit revenue:shipping 0.01',
      'credit assets:clearing:card 0.01',
    ]);
    expect(original.left.every((sum) => sum === 0n)).toBe(true);
  });

  const parts = fc.record({
    goods: fc.bigInt({ min: 1n, max: 10_000_000n }),
    tax: fc.bigInt({ min: 0n, max: 1_000_000n }),
    shipping: fc.bigInt({ min: 0n, max: 1_000_000n }),
    discount: fc.bigInt({ min: 0n, max: 1_000n }),
  });
  const step = fc.record({ cut: fc.nat(), says: fc.constantFrom('', '', 'tax', 'shipping', 'discount') });

  it('come to exactly the original turned round after any series, whatever they say, one of them taken back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<TransactionType>('sale', 'revenue', 'purchase', 'expense'),
        parts,
        fc.array(step, { maxLength: 8 }),
        fc.nat(),
        (type, { goods, tax, shipping, discount }, steps, taken) => {
          const amount = goods + tax + shipping - discount;
          fc.pre(amount > 0n && goods + shipping > discount);
          const original = Original.of(type, {
            amount: text(amount),
            subtotal: text(goods),
            taxAmount: text(tax),
            shippingAmount: text(shipping),
            discountAmount: text(discount),
          });
          for (const { cut, says } of steps) {
            const part = 1n + (BigInt(cut) % amount);
            const said = says === '' ? {} : { [`${says}Amount`]: text(part / 2n) };
            try {
              original.refund({ amount: text(part), ...said });
            } catch (error) {
              expect(error).toEqual(refused('FINANCE.REFUND_EXCEEDS_ORIGINAL'));
            }
          }
          // One is taken back: what is then left to give back is given back in a last refund.
          if (original.refunds.length > 0) original.refunds.splice(taken % original.refunds.length, 1);
          if (original.given < amount) original.refund({ amount: text(amount - original.given) });
          expect(original.left.every((sum) => sum === 0n)).toBe(true);
        },
      ),
    );
  });
});
