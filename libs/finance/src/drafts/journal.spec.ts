import { BooksCalendar } from '../books/calendar.js';
import type { Posting } from '../books/transaction.js';
import { type JournalTransaction, journalDraft, totalOf } from './journal.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const BOOKS = { now: NOW, calendar: new BooksCalendar('UTC') };

/** Legs such as `debit cash 7.00`. */
const legs = (
  ...texts: string[]
): { account: string; direction: Posting['direction']; amount: string; currency: string }[] =>
  texts.map((text) => {
    const [direction = '', account = '', amount = '', currency = 'USD'] = text.split(' ');
    return { direction: direction as Posting['direction'], account, amount, currency };
  });
const draftOf = (change: Partial<JournalTransaction>): ReturnType<typeof journalDraft> =>
  journalDraft({ description: 'Why', postings: legs('debit a 5.00', 'credit b 5.00'), ...change }, BOOKS);
const refused = (code: string, text: string): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }) as Error;

describe('a transaction as an accountant writes it', () => {
  it('is its legs, and its amount what the first currency debits', () => {
    const postings = legs('debit a 5.00', 'debit b 1.00', 'credit c 6.00', 'debit x 9.00 EUR', 'credit y 9.00 EUR');
    const draft = draftOf({ postings, metadata: { k: 'v' }, effectiveAt: '2026-11-29T00:00:00Z' });
    expect(draft).toEqual({
      kind: 'post',
      postings: postings.map((leg) => ({ ...leg, amount: BigInt(leg.amount.replace('.', '')) })),
      transaction: {
        type: 'journal',
        state: 'posted',
        amount: 600n,
        currency: 'USD',
        channel: null,
        orderId: null,
        customerId: null,
        originalTransactionId: null,
        description: 'Why',
        details: { metadata: { k: 'v' } },
        effectiveAt: new Date('2026-11-29T00:00:00Z'),
        expiresAt: null,
      },
    });
    expect(draftOf({})).toMatchObject({ transaction: { details: {}, effectiveAt: undefined } });
  });

  it('may be held until a day has passed', () => {
    const draft = draftOf({ state: 'pending', expiresAt: '2026-12-05' });
    expect(draft).toMatchObject({
      transaction: { state: 'pending', expiresAt: new Date('2026-12-05T23:59:59.999Z') },
    });
    expect(draftOf({ state: 'pending', expiresAt: '2026-11-30T12:00:00.001Z' })).toMatchObject({ kind: 'post' });
  });

  it.each<[string, Partial<JournalTransaction>, string, string]>([
    ['an end that has come', { state: 'pending', expiresAt: '2026-11-30T12:00:00Z' }, 'INVALID_TRANSACTION', 'future'],
    ['an end of what is posted', { expiresAt: '2026-12-05' }, 'INVALID_TRANSACTION', 'pending transactions only'],
    ['a leg of nothing', { postings: legs('debit a 0', 'credit b 0') }, 'INVALID_TRANSACTION', 'postings.0.amount'],
    ['a time ahead', { effectiveAt: '2027-01-01' }, 'INVALID_TRANSACTION', 'effectiveAt'],
    [
      'more than the ledger holds',
      {
        postings: legs(
          ...['a', 'b', 'c'].map((code) => `debit ${code} 9000000000000000.000 KWD`),
          ...['d', 'e', 'f'].map((code) => `credit ${code} 9000000000000000.000 KWD`),
        ),
      },
      'INVALID_MONEY',
      'is too large in sum',
    ],
  ])('is refused for %s', (_, change, code, text) => {
    expect(() => draftOf(change)).toThrow(refused(`FINANCE.${code}`, text));
  });

  it('names every leg that is wrong', () => {
    expect(() => draftOf({ postings: legs('debit a x', 'credit b 0.001'), expiresAt: '2026-12-05' })).toThrow(
      expect.objectContaining({
        details: {
          errors: ['postings.0.amount', 'postings.1.amount', 'expiresAt'].map((path): unknown =>
            expect.objectContaining({ path }),
          ),
        },
      }),
    );
  });

  it('says by how much a currency does not balance', () => {
    const postings = legs('debit a 5.00', 'credit b 5.00', 'debit x 9.00 EUR', 'credit y 9.50 EUR');
    expect(() => draftOf({ postings })).toThrow(
      expect.objectContaining({
        code: 'FINANCE.UNBALANCED_TRANSACTION',
        details: { currency: 'EUR', debits: '9.00', credits: '9.50', difference: '-0.50' },
      }),
    );
  });
});

it('the sum of a side is of one currency', () => {
  const postings = legs('debit a 5', 'debit b 1 EUR', 'credit c 4', 'debit d 2').map((leg) => ({
    ...leg,
    amount: BigInt(leg.amount),
  }));
  expect([totalOf(postings, 'debit', 'USD'), totalOf(postings, 'credit', 'USD')]).toEqual([7n, 4n]);
});
