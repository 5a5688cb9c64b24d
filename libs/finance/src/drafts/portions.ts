import { allocate } from '../books/money.js';
import { type Posting, signed } from '../books/transaction.js';

/** What is left of an account's part in a transaction: debits less credits. */
export interface Remainder {
  readonly account: string;
  readonly currency: string;
  readonly net: bigint;
}

/**
 * What is left of a transaction's legs after a part of them was dealt with.
 *
 * @param done debits less credits of what was dealt with, by account
 */
export function remaindersOf(postings: readonly Posting[], done: ReadonlyMap<string, bigint>): Remainder[] {
  const nets = new Map<string, { currency: string; net: bigint }>();
  for (const posting of postings) {
    const { account, currency } = posting;
    nets.set(account, { currency, net: (nets.get(account)?.net ?? 0n) + signed(posting) });
  }
  return [...nets].map(([account, { currency, net }]) => ({ account, currency, net: net - (done.get(account) ?? 0n) }));
}

/**
 * A part of what is left: in each currency the same share, on each side in proportion to the legs. No leg takes more than is left of it,
 * and all of what is left is exactly that. Legs of nothing are left out.
 */
export function portionOf(left: readonly Remainder[], part: bigint, whole: bigint): Posting[] {
  const shares = left.map(() => 0n);
  for (const currency of new Set(left.map((one) => one.currency))) {
    const own = left.map((one, index) => ({ ...one, index })).filter((one) => one.currency === currency);
    const sides = [own.filter(({ net }) => net > 0n), own.filter(({ net }) => net < 0n)];
    const total = (sides[0] ?? []).reduce((sum, { net }) => sum + net, 0n);
    if (total === 0n) continue;
    const [share = 0n] = allocate(total, [part, whole - part]);
    for (const side of sides) {
      const parts = allocate(
        share,
        side.map(({ net }) => (net < 0n ? -net : net)),
      );
      side.forEach(({ index }, position) => (shares[index] = parts[position] ?? 0n));
    }
  }
  return left
    .map(({ account, currency, net }, index): Posting => ({
      account,
      currency,
      direction: net > 0n ? 'debit' : 'credit',
      amount: shares[index] ?? 0n,
    }))
    .filter((posting) => posting.amount > 0n);
}
