import { idOf, isBehind, nextAfter, positionOf } from './position.js';

describe('a position in the stream', () => {
  it.each(['0', '1042', '1042.7', '999999999999999.999999'])('is said by the id %s', (id) => {
    expect(idOf(positionOf(id)!)).toBe(id);
  });

  it.each(['', 'x', '-1', '1.', '.1', '1.2.3', '1e3', '1234567890123456', '1.1234567', ' 1'])(
    'is not said by %j',
    (id) => {
      expect(positionOf(id)).toBeUndefined();
    },
  );

  it('goes on in the same bulletin unless all of it is known', () => {
    expect(nextAfter({ number: 5, index: 2 })).toBe(5);
    expect(nextAfter({ number: 5, index: Infinity })).toBe(6);
  });

  it('tells what is behind it', () => {
    const known = { number: 5, index: 2 };
    const places = [
      [4, 9],
      [5, 2],
      [5, 3],
      [6, 1],
    ] as const;
    expect(places.map(([number, index]) => isBehind(known, number, index))).toEqual([false, false, true, true]);
    expect(isBehind({ number: 5, index: Infinity }, 5, 1000)).toBe(false);
  });
});
