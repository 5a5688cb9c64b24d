import fc from 'fast-check';
import type { PostingUnit } from './posting-unit.js';
import { WaitingUnits } from './waiting-units.js';

/** A unit of so many items. */
const unitOf = (size: number): PostingUnit => ({
  items: Array.from({ length: size }, () => ({}) as never),
  isAtomic: false,
});

describe('units that wait', () => {
  it('are all taken, in order of arrival, never more at once than fit unless a single one is larger', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 })), fc.integer({ min: 1, max: 12 }), (sizes, limit) => {
        const waiting = new WaitingUnits();
        const units = sizes.map(unitOf);
        for (const unit of units) void waiting.add(unit);
        const taken: PostingUnit[] = [];
        while (!waiting.isEmpty) {
          const some = waiting.take(limit).map(({ unit }) => unit);
          const size = some.reduce((sum, { items }) => sum + items.length, 0);
          expect(some.length === 1 || (some.length > 1 && size <= limit)).toBe(true);
          taken.push(...some);
        }
        expect(taken).toEqual(units);
        expect(waiting.count).toBe(0);
      }),
    );
  });

  it('are taken as many at once as fit', () => {
    const waiting = new WaitingUnits();
    for (const size of [2, 3, 1, 9]) void waiting.add(unitOf(size));
    expect(waiting.count).toBe(15);
    expect([6, 8, 99].map((limit) => waiting.take(limit).length)).toEqual([3, 1, 0]);
  });

  it('are not waited for when there are enough', async () => {
    const waiting = new WaitingUnits();
    void waiting.add(unitOf(3));
    await waiting.untilCount(3, new Promise(() => undefined));
    await waiting.untilCount(2, new Promise(() => undefined));
  });

  it('are waited for until there are enough, or until there is no more time', async () => {
    const waiting = new WaitingUnits();
    let isOver = false;
    const enough = waiting.untilCount(3, new Promise(() => undefined)).then(() => (isOver = true));
    void waiting.add(unitOf(2));
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    void waiting.add(unitOf(1));
    await enough;
    await waiting.untilCount(100, Promise.reject(new Error('what was waited for failed')));
  });
});
