import { CHANNELS } from './transaction.js';
import { type KindFields, kindMask, kindOf } from './transaction-kind.js';

const TYPES = 'sale refund purchase adjustment transfer expense revenue journal reversal'.split(' ');
const KINDS = TYPES.flatMap((type) =>
  [null, ...CHANNELS].flatMap((channel) =>
    ['USD', 'AAA', 'ZZZ'].map((currency) => ({ type, channel, currency }) as KindFields),
  ),
);

describe('the number of a kind', () => {
  it('is stored, so it stays what it is', () => {
    expect(kindOf({ type: 'sale', channel: null, currency: 'AAA' })).toBe(1 + 256 * (1 + 32 + 1024));
    expect(kindOf({ type: 'reversal', channel: 'b2b', currency: 'USD' })).toBe(
      9 + 16 * 6 + 256 * (21 * 1024 + 19 * 32 + 4),
    );
    const numbers = TYPES.map((type) => kindOf({ type, channel: null, currency: 'AAA' } as KindFields) % 16);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is another for every combination, and fits into four bytes', () => {
    const numbers = KINDS.map(kindOf);
    expect(new Set(numbers).size).toBe(KINDS.length);
    expect(Math.max(...numbers)).toBeLessThan(2 ** 31);
  });

  it.each([
    { type: 'sale' },
    { channel: 'b2b' },
    { currency: 'USD' },
    { type: 'refund', currency: 'ZZZ' },
    { type: 'journal', channel: 'wholesale', currency: 'AAA' },
  ])('shows whether a transaction is %j', (asked) => {
    const { mask, value } = kindMask(asked) ?? { mask: 0, value: -1 };
    for (const kind of KINDS) {
      const isMeant = Object.entries(asked).every(([field, wanted]) => kind[field as keyof KindFields] === wanted);
      expect((kindOf(kind) & mask) === value).toBe(isMeant);
    }
  });

  it('is no matter when nothing is asked for', () => {
    expect(kindMask({})).toBeUndefined();
  });

  it('is none of a type or a channel that does not exist', () => {
    const { mask, value } = kindMask({ type: 'gift', channel: 'door' }) ?? { mask: 0, value: -1 };
    expect([mask, value]).toEqual([255, 0]);
    expect(KINDS.some((kind) => (kindOf(kind) & mask) === value)).toBe(false);
  });
});
