import { WritePace } from './write-pace.js';

/** A pace after batches, each given as the pause before it and the time it was written. */
function after(...batches: readonly [pauseMs: number, writingMs: number][]): WritePace {
  const pace = new WritePace();
  let now = 0;
  for (const [pause, writing] of batches) {
    pace.begin((now += pause));
    pace.end((now += writing));
  }
  return pace;
}

describe('the pace of writing', () => {
  it.each<[string, [number, number][], boolean]>([
    ['nothing is known before the first batch', [], false],
    ['requests take longer than the write', [[20, 3]], true],
    [
      'two batches take turns',
      [
        [20, 3],
        [0, 3],
      ],
      true,
    ],
    ['the disk takes longer than the requests', [[5, 15]], false],
    ['the disk takes as long as the requests', [[5, 5]], false],
    [
      'there are no pauses any more',
      [
        [20, 3],
        [0, 15],
        [0, 15],
      ],
      false,
    ],
  ])('%s', (_, batches, isFast) => {
    expect(after(...batches).isFast).toBe(isFast);
  });
});
