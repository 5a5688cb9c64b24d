import fc from 'fast-check';
import { DOLLARS, dollarsOf, microsOf } from './cost.js';

describe('sums in dollars', () => {
  it.each([
    [1_500_000n, '1.50'],
    [0n, '0.00'],
    [1n, '0.000001'],
    [10n, '0.00001'],
    [120_000n, '0.12'],
    [-1_250_000n, '-1.25'],
    [1_000_000_000_000n, '1000000.00'],
  ])('%s millionths are %s', (micros, dollars) => expect(dollarsOf(micros)).toBe(dollars));

  it.each([
    ['1', 1_000_000n],
    ['1.5', 1_500_000n],
    ['0.000001', 1n],
  ])('%s is %s millionths', (dollars, micros) => expect(microsOf(dollars)).toBe(micros));

  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (micros) => {
        expect(dollarsOf(micros)).toMatch(DOLLARS);
        expect(microsOf(dollarsOf(micros))).toBe(micros);
      }),
    );
  });

  it.each(['', '.5', '1.', '1.0000001', '-1', '1e3', '1234567890', ' 1', '1 '])('%j is none', (text) => {
    expect(text).not.toMatch(DOLLARS);
  });
});
