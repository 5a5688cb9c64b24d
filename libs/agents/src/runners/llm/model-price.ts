import { microsOf } from '../../tasks/cost.js';

/** What a model costs, in millionths of a US dollar for a million tokens. */
export interface ModelPrice {
  readonly input: bigint;
  readonly output: bigint;
}

const MILLION = 1_000_000n;

/** A dated version is the same model: `gpt-4o-2024-08-06`, `claude-sonnet-4-5-20250929`. */
const DATE = /-(\d{8}|\d{4}-\d{2}-\d{2})$/;

/** Reads `model=input/output` items, in US dollars for a million tokens. */
export function priceTable(items: readonly string[]): ReadonlyMap<string, ModelPrice> {
  return new Map(
    items.map((item) => {
      const at = item.lastIndexOf('=');
      const [input = '0', output = '0'] = item.slice(at + 1).split('/');
      return [item.slice(0, at), { input: microsOf(input), output: microsOf(output) }];
    }),
  );
}

/** The price of a model or of the model it is a dated version of; `undefined` when the table does not know it. */
export function priceOf(table: ReadonlyMap<string, ModelPrice>, model: string): ModelPrice | undefined {
  return table.get(model) ?? table.get(model.replace(DATE, ''));
}

/** Cost in millionths of a US dollar, rounded up. */
export function costOf(price: ModelPrice, tokensIn: number, tokensOut: number): bigint {
  const cost = BigInt(tokensIn) * price.input + BigInt(tokensOut) * price.output;
  return (cost + MILLION - 1n) / MILLION;
}
