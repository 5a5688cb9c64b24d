import fc from 'fast-check';
import type { Posting } from '../books/transaction.js';
import { portionOf, type Remainder, remaindersOf } from './portions.js';

const legs = (...texts: string[]): Posting[] =>
  texts.map((text) => {
    const [direction = '', account = '', amount = '', currency = 'USD'] = text.split(' ');
    return { direction: direction as Posting['direction'], account, amount: BigInt(amount), currency };
  });
const written = (postings: readonly Posting[]): string[] =>
  postings.map(({ direction, account, amount, currency }) => `${direction} ${account} ${amount} ${currency}`);
const left = (...texts: string[]): Remainder[] =>
  texts.map((text) => {
    const [account = '', net = '', currency = 'USD'] = text.split(' ');
    return { account, net: BigInt(net), currency };
  });

describe('what is left of a transaction', () => {
  it('is each account once, by debits less credits, without what was done', () => {
    const postings = legs('debit a 6', 'debit b 4', 'credit c 9', 'credit a 1');
    expect(remaindersOf(postings, new Map())).toEqual(left('a 5', 'b 4', 'c -9'));
    const done = new Map([
      ['a', 2n],
      ['c', -2n],
    ]);
    expect(remaindersOf(postings, done)).toEqual(left('a 3', 'b 4', 'c -7'));
  });
});

describe('a part of it', () => {
  it('takes the same share of each leg, on both sides', () => {
    expect(written(portionOf(left('a 60', 'b 40', 'c -100'), 50n, 100n))).toEqual([
      'debit a 30 USD',
      'debit b 20 USD',
      'credit c 50 USD',
    ]);
  });

  it('takes it in each currency', () => {
    const both = left('a 60', 'b -60', 'x 9 EUR', 'y -6 EUR', 'z -3 EUR');
    expect(written(portionOf(both, 1n, 3n))).toEqual([
      'debit a 20 USD',
      'credit b 20 USD',
      'debit x 3 EUR',
      'credit y 2 EUR',
      'credit z 1 EUR',
    ]);
  });

  it('leaves out legs of nothing, and currencies of which nothing is left', () => {
    expect(written(portionOf(left('a 5', 'n 0', 'b -5', 'x 0 EUR', 'y 0 EUR'), 5n, 5n))).toEqual([
      'debit a 5 USD',
      'credit b 5 USD',
    ]);
    expect(portionOf(left('a 5', 'b -5'), 0n, 5n)).toEqual([]);
  });

  it('is never more of a leg than is left, and in the end all of it', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(amounts, fc.array(fc.bigInt({ min: 1n, max: 500n }), { maxLength: 6 }), (debits, parts) => {
        const total = debits.reduce((sum, one) => sum + one, 0n);
        const all = legs(...debits.map((one, index) => `debit a${index} ${one}`), `credit b ${total}`);
        const done = new Map<string, bigint>();
        let rest = total;
        for (const part of [...parts.filter((one) => one < total), total]) {
          const size = part < rest ? part : rest;
          if (size === 0n) break;
          const before = remaindersOf(all, done);
          for (const posting of portionOf(before, size, rest)) {
            const own = before.find(({ account }) => account === posting.account)?.net ?? 0n;
            expect(posting.amount <= (own < 0n ? -own : own)).toBe(true);
            const moved = posting.direction === 'debit' ? posting.amount : -posting.amount;
            done.set(posting.account, (done.get(posting.account) ?? 0n) + moved);
          }
          rest -= size;
        }
        expect(remaindersOf(all, done).every(({ net }) => net === 0n)).toBe(true);
      }),
    );
  });
});
