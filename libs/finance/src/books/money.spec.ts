import fc from 'fast-check';
import { minorDigitsOf } from './currencies.js';
import { allocate, formatMoney, MAX_MINOR, parseMoney, readDecimal } from './money.js';

const CURRENCIES = ['USD', 'JPY', 'BHD', 'CLF', 'IQD', 'HUF'];
const minor = fc.bigInt({ min: -MAX_MINOR, max: MAX_MINOR });
/** Sixteen digits before the decimal mark, or what a bigint holds. */
const largest = (currency: string): bigint => {
  const digits = 10n ** (16n + BigInt(minorDigitsOf(currency) ?? 0)) - 1n;
  return digits < MAX_MINOR ? digits : MAX_MINOR;
};

describe('money', () => {
  it('comes back from text as it went, in every currency', () => {
    fc.assert(
      fc.property(minor, fc.constantFrom(...CURRENCIES), (any, currency) => {
        const amount = any % (largest(currency) + 1n);
        expect(parseMoney(formatMoney(amount, currency), currency)).toBe(amount);
      }),
    );
  });

  it.each([
    ['19.99', 'USD', 1999n],
    [19.99, 'USD', 1999n],
    ['19.990', 'USD', 1999n],
    ['0.001', 'BHD', 1n],
    ['155', 'JPY', 155n],
    [1555.0, 'JPY', 1555n],
    ['-0.01', 'USD', -1n],
    ['0', 'USD', 0n],
    ['90071992547409.92', 'USD', 9_007_199_254_740_992n],
    ['9999999999999999.99', 'USD', 999_999_999_999_999_999n],
    ['9223372036854775.807', 'KWD', MAX_MINOR],
  ])('reads %j %s as %s', (value, currency, expected) => expect(parseMoney(value, currency)).toBe(expected));

  it.each([
    ['0.001', 'USD'],
    ['1.5', 'JPY'],
    ['1e5', 'USD'],
    [1e21, 'USD'],
    [0.1 + 0.2, 'USD'],
    ['01', 'USD'],
    ['+1', 'USD'],
    [' 1', 'USD'],
    ['1,000', 'USD'],
    ['', 'USD'],
    ['NaN', 'USD'],
    ['99999999999999999', 'USD'],
    ['9223372036854775.808', 'KWD'],
    ['9999999999999999.9999', 'CLF'],
    ['1', 'ZZZ'],
    ['1', 'usd'],
    ['1', '__proto__'],
  ])('refuses %j %s', (value, currency) => {
    expect(() => parseMoney(value, currency)).toThrow(expect.objectContaining({ code: 'FINANCE.INVALID_MONEY' }));
  });

  it('is split without losing a unit, each part within one of its share', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(minor, weights, (amount, shares) => {
        const total = shares.reduce((sum, share) => sum + share, 0n);
        fc.pre(total > 0n);
        const parts = allocate(amount, shares);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amount);
        parts.forEach((part, index) => {
          const off = part * total - amount * (shares[index] ?? 0n);
          expect((off < 0n ? -off : off) < total).toBe(true);
        });
      }),
    );
  });

  it.each([
    [1.5e-7, '0.00000015'],
    [-2e-7, '-0.0000002'],
    [1.25e-10, undefined],
    [0.5, '0.5'],
  ])('takes the number %s for %s, however small it is', (value, text) => {
    if (text === undefined) expect(() => readDecimal(value, 8, 'unitPrice')).toThrow('unitPrice');
    else expect(readDecimal(value, 8, 'unitPrice')).toBe(readDecimal(text, 8, 'unitPrice'));
  });

  it.each([
    ['x', 'USD', 'amount', 'amount must be a decimal number such as 19.99', 'isDecimal'],
    ['0.001', 'USD', 'a.amount', 'a.amount must have at most 2 digits after the decimal mark in USD', 'precision'],
    ['1', 'ZZZ', 'postings.0.amount', 'postings.0.currency must be an active ISO 4217 code', 'isCurrency'],
    ['9999999999999999.9999', 'CLF', 'amount', 'amount is too large', 'max'],
    ['-9999999999999999.9999', 'CLF', 'amount', 'amount is too large', 'max'],
  ])('says of %j %s at %s: %s', (value, currency, path, message, code) => {
    const faults = [expect.objectContaining({ code })];
    expect(() => parseMoney(value, currency, path)).toThrow(expect.objectContaining({ message, faults }));
  });

  it('gives what is left over to the parts that were cut most, of equals to the first', () => {
    expect(allocate(10n, [1n, 1n, 1n])).toEqual([4n, 3n, 3n]);
    expect(allocate(5n, [1n, 3n])).toEqual([1n, 4n]);
    expect(allocate(3n, [2n, 5n, 3n])).toEqual([1n, 1n, 1n]);
    expect(allocate(-10n, [1n, 1n, 1n])).toEqual([-4n, -3n, -3n]);
    for (const weights of [[0n], [2n, -1n], []])
      expect(() => allocate(1n, weights)).toThrow('weights must be positive in sum');
  });
});
