import { costOf, priceOf, priceTable } from './model-price.js';

const table = priceTable(['gpt-4o=2.5/10', 'gpt-4o-mini=0.15/0.6', 'a/b:c=0/0']);

describe('prices of models', () => {
  it.each([
    ['gpt-4o', 1_000_000, 0, 2_500_000n],
    ['gpt-4o', 1_000, 500, 7_500n],
    ['gpt-4o-2024-08-06', 1_000, 500, 7_500n],
    ['gpt-4o-mini', 1, 0, 1n],
    ['gpt-4o-mini', 0, 0, 0n],
    ['a/b:c', 1_000, 1_000, 0n],
  ])('%s: %i in and %i out cost %s', (model, tokensIn, tokensOut, cost) => {
    const price = priceOf(table, model);
    expect(price && costOf(price, tokensIn, tokensOut)).toBe(cost);
  });

  it.each(['gpt-4o-realtime', 'gpt', 'gpt-4o-mini-high', ''])('does not guess for %j', (model) => {
    expect(priceOf(table, model)).toBeUndefined();
  });
});
