import fc from 'fast-check';
import { durationOf, percentileOf, slotOf } from './latency-histogram.js';

const countsOf = (durations: number[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const duration of durations) counts.set(slotOf(duration), (counts.get(slotOf(duration)) ?? 0) + 1);
  return counts;
};

describe('latency histogram', () => {
  it('keeps every duration within 2 %', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 600_000, noNaN: true }), (duration) => {
        expect(Math.abs(durationOf(slotOf(duration)) - duration) / duration).toBeLessThanOrEqual(0.02);
      }),
    );
  });

  it('gives percentiles within 2 % of the exact ones, merged or not', () => {
    const durations = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (sample, quantile) => {
        const exact = [...sample].sort((a, b) => a - b)[Math.max(0, Math.ceil(quantile * sample.length) - 1)] ?? 0;
        const estimate = percentileOf(countsOf(sample), quantile) ?? Number.NaN;
        expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(0.02);
      }),
    );
  });

  it('knows nothing about nothing', () => {
    expect(percentileOf(new Map(), 0.95)).toBeNull();
  });
});
