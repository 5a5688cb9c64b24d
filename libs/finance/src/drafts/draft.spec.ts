import { BooksCalendar } from '../books/calendar.js';
import { Faults } from '../books/faults.js';
import type { Transaction } from '../books/transaction.js';
import {
  type Books,
  businessDraft,
  businessTransaction,
  effectiveTime,
  followingTime,
  positiveMoney,
} from './draft.js';
import { readAmounts } from './parts.js';
import type { BusinessTransaction } from './posting-rules.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const BOOKS: Books = { now: NOW, calendar: new BooksCalendar('Europe/Berlin') };
const at = (text: string): Date => new Date(text);
const refused = (code: string, text: string): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }) as Error;

describe('when a transaction is effective', () => {
  const read = (text?: string): ReturnType<typeof effectiveTime> => effectiveTime(text, 'effectiveAt', BOOKS);

  it('is the instant or the day that is said, up to a day ahead', () => {
    expect(read()).toBeUndefined();
    expect(read('2026-11-30T09:00:00Z')?.at).toEqual(at('2026-11-30T09:00:00Z'));
    expect(read('2026-11-29')?.at).toEqual(at('2026-11-28T23:00:00Z'));
    expect(read('2026-12-01T12:00:00Z')?.at).toEqual(at('2026-12-01T12:00:00Z'));
    expect(read('1970-01-01T00:00:00.001Z')?.at.getTime()).toBe(1);
  });

  it.each(['2026-12-01T12:00:00.001Z', '1970-01-01T00:00:00Z', '1969-06-01', 'T'])('is never %s', (text) => {
    expect(() => read(text)).toThrow(refused('FINANCE.INVALID_TRANSACTION', 'effectiveAt must be after 1970'));
  });
});

describe('when what follows is effective', () => {
  const original = { effectiveAt: NOW } as Transaction;
  const following = (said?: [from: string, until: string], now = NOW): Date | undefined =>
    followingTime(original, said && { at: at(said[0]), until: at(said[1]) }, now, 'effectiveAt');

  it('is its recording unless the original lies ahead', () => {
    expect(following()).toBeUndefined();
    expect(following(undefined, at('2026-11-30T11:59:59.999Z'))).toEqual(NOW);
  });

  it('is what is said, and of a day that the original is in the rest', () => {
    expect(following(['2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z'])).toEqual(at('2026-12-01T00:00:00Z'));
    expect(following(['2026-11-30T00:00:00Z', '2026-11-30T23:59:59.999Z'])).toEqual(NOW);
    expect(following(['2026-11-30T12:00:00Z', '2026-11-30T12:00:00Z'])).toEqual(NOW);
    expect(() => following(['2026-11-29T00:00:00Z', '2026-11-30T11:59:59.999Z'])).toThrow(
      refused('FINANCE.INVALID_TRANSACTION', 'effectiveAt must not be before its original, 2026-11-30T12:00:00.000Z'),
    );
  });
});

it('an amount above zero is one', () => {
  expect(positiveMoney('0.01', 'USD', 'amount')).toBe(1n);
  for (const amount of ['0', '-1'])
    expect(() => positiveMoney(amount, 'USD', 'postings.0.amount')).toThrow(
      refused('FINANCE.INVALID_TRANSACTION', 'postings.0.amount must be greater than zero'),
    );
});

describe('a business transaction', () => {
  const SALE: BusinessTransaction = { type: 'sale', amount: '10', currency: 'USD', paymentMethod: 'card' };

  it('is posted as its type says, at the time it says', () => {
    const draft = businessDraft({ ...SALE, transactionDate: '2026-11-29' }, BOOKS);
    expect(draft).toMatchObject({
      kind: 'post',
      transaction: { type: 'sale', state: 'posted', amount: 1_000n, effectiveAt: at('2026-11-28T23:00:00Z') },
    });
    expect(draft.kind === 'post' && draft.postings.length).toBe(2);
  });

  it('names a wrong time beside wrong amounts', () => {
    const wrong = { ...SALE, amount: 'x', transactionDate: '2030-01-01' };
    const paths = ['transactionDate', 'amount'];
    expect(() => businessDraft(wrong, BOOKS)).toThrow(
      expect.objectContaining({ details: { errors: paths.map((path): unknown => expect.objectContaining({ path })) } }),
    );
    const refund = { ...wrong, type: 'refund' as const, originalTransactionId: 'o' };
    expect(() => businessDraft(refund, BOOKS)).toThrow(
      expect.objectContaining({ details: { errors: paths.map((path): unknown => expect.objectContaining({ path })) } }),
    );
  });

  it('that gives back waits for its original, whose currency it may leave out', () => {
    const request: BusinessTransaction = { type: 'refund', amount: '1', originalTransactionId: 'o' };
    const draft = businessDraft({ ...request, transactionDate: '2026-11-29T00:00:00Z' }, BOOKS);
    const said = at('2026-11-29T00:00:00Z');
    expect(draft).toMatchObject({ kind: 'refund', originalId: 'o', effectiveAt: { at: said, until: said } });
    expect(businessDraft({ ...request, currency: 'USD' }, BOOKS).kind).toBe('refund');
    // Without a currency its amounts cannot be read yet.
    expect(businessDraft({ ...request, amount: '0.001' }, BOOKS).kind).toBe('refund');
    expect(() => businessDraft({ ...request, amount: '0.001', currency: 'USD' }, BOOKS)).toThrow(
      refused('FINANCE.INVALID_MONEY', 'amount'),
    );
  });

  it('that gives back what is not here says so', () => {
    const draft = businessDraft({ type: 'refund', amount: '1', currency: 'USD' }, BOOKS);
    expect(draft).toMatchObject({ kind: 'post', transaction: { type: 'refund', details: { withoutOriginal: true } } });
  });

  const amountsOf = (request: BusinessTransaction): ReturnType<typeof readAmounts> =>
    readAmounts(request, 'USD', new Faults());

  it('is recorded with all that it says, and nothing that it does not', () => {
    const request: BusinessTransaction = {
      ...SALE,
      taxAmount: '1',
      channel: 'b2b',
      orderId: 'order',
      customerId: 'customer',
      notes: 'Why',
      paymentGateway: 'gate',
      metadata: { a: 1 },
      lineItems: [{ sku: 's', quantity: 1, unitPrice: '9' }],
    };
    expect(businessTransaction(request, amountsOf(request), NOW)).toEqual({
      type: 'sale',
      state: 'posted',
      amount: 1_000n,
      currency: 'USD',
      channel: 'b2b',
      orderId: 'order',
      customerId: 'customer',
      originalTransactionId: null,
      description: 'Why',
      details: {
        lineItems: [{ sku: 's', quantity: 1, unitPrice: '9.00' }],
        taxAmount: '1.00',
        paymentMethod: 'card',
        paymentGateway: 'gate',
        metadata: { a: 1 },
      },
      effectiveAt: NOW,
      expiresAt: null,
    });
    const bare = { type: 'sale' as const, amount: '10' };
    expect(businessTransaction(bare, amountsOf(bare), undefined)).toMatchObject({
      channel: 'online_store',
      orderId: null,
      customerId: null,
      description: null,
      details: {},
    });
  });

  it('takes over from its original what it does not say', () => {
    const original = { id: 'o', channel: null, orderId: 'order', customerId: 'customer' } as Transaction;
    const refund = { type: 'refund' as const, amount: '1' };
    expect(businessTransaction(refund, amountsOf(refund), NOW, original)).toMatchObject({
      channel: null,
      orderId: 'order',
      customerId: 'customer',
      originalTransactionId: 'o',
      details: {},
    });
    const says = { ...refund, channel: 'b2b' as const, orderId: 'other', customerId: 'somebody' };
    expect(businessTransaction(says, amountsOf(says), NOW, original)).toMatchObject({
      channel: 'b2b',
      orderId: 'other',
      customerId: 'somebody',
    });
  });
});
