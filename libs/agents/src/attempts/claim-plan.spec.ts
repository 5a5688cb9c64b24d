import { type DueTask, isInWindow, judge, place, reserveOf, slotsOf, type StartLimits } from './claim-plan.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

const UNLIMITED: StartLimits = {
  priority: 3,
  concurrency: 5,
  rateLimit: null,
  rateWindowSeconds: null,
  maxCostMicros: null,
  maxTokens: null,
};
const UNUSED = { circuitOpenUntil: null, rateWindowStart: null, rateWindowUsed: 0 };
const task = (id: string, more: Partial<DueTask> = {}): DueTask => ({
  id,
  rankAt: NOW,
  approvedAt: null,
  costMicros: 0n,
  maxCostMicros: null,
  estimateMicros: null,
  tokensIn: 0,
  tokensOut: 0,
  maxTokens: null,
  estimateTokens: null,
  ...more,
});

describe('how many tasks of an agent may start', () => {
  const limited = { ...UNLIMITED, rateLimit: 4, rateWindowSeconds: 60 };

  it.each([
    ['its cap without what runs', UNLIMITED, UNUSED, 2, 3],
    ['none beyond its cap', UNLIMITED, UNUSED, 7, -2],
    ['one after an open circuit', UNLIMITED, { ...UNUSED, circuitOpenUntil: ago(1) }, 0, 1],
    ['none beside the one that tries', UNLIMITED, { ...UNUSED, circuitOpenUntil: ago(1) }, 1, 0],
    ['what its window leaves', limited, { ...UNUSED, rateWindowStart: ago(59), rateWindowUsed: 3 }, 0, 1],
    ['what its rate allows in a new window', limited, { ...UNUSED, rateWindowStart: ago(60), rateWindowUsed: 3 }, 0, 4],
    ['what its rate allows before the first window', limited, UNUSED, 0, 4],
    ['what its cap leaves, if that is less', limited, UNUSED, 4, 1],
  ])('is %s', (_, limits, signs, running, slots) => {
    expect(slotsOf(limits, signs, running, NOW)).toBe(slots);
  });

  it('is counted in a window that ends at its last second', () => {
    expect(isInWindow(limited, { ...UNUSED, rateWindowStart: ago(60) }, NOW)).toBe(false);
    expect(isInWindow(limited, { ...UNUSED, rateWindowStart: ago(59.999) }, NOW)).toBe(true);
    expect(isInWindow(UNLIMITED, { ...UNUSED, rateWindowStart: NOW }, NOW)).toBe(false);
  });
});

describe('what is set aside for an attempt', () => {
  it.each([
    ['its estimate', { estimateMicros: 7n, maxCostMicros: 5n }, null, 7n],
    ['what is left of its budget', { maxCostMicros: 5n, costMicros: 2n }, null, 3n],
    ["what is left of its agent's, if that is stricter", { maxCostMicros: 50n, costMicros: 2n }, 10n, 8n],
    ['nothing of a budget that is used up', { maxCostMicros: 5n, costMicros: 6n }, null, 0n],
    ['nothing without a budget', {}, null, 0n],
  ])('is %s', (_, more, maxCostMicros, reserve) => {
    expect(reserveOf(task('a', more), { maxCostMicros })).toBe(reserve);
  });
});

describe('a task is over budget', () => {
  const isOver = (more: Partial<DueTask>, limits: Partial<StartLimits> = {}, dayLeft: bigint | null = null): boolean =>
    judge([task('a', more)], { ...UNLIMITED, ...limits }, dayLeft)[0]!.isOver;

  it.each([
    ['when its estimate exceeds its budget', { estimateMicros: 6n, maxCostMicros: 5n }, {}, true],
    ['not when its estimate is all of it', { estimateMicros: 5n, maxCostMicros: 5n }, {}, false],
    ["when it exceeds its agent's", { estimateMicros: 6n }, { maxCostMicros: 5n }, true],
    ['when its budget is used up, whatever it may cost', { costMicros: 5n, maxCostMicros: 5n }, {}, true],
    ['not without an estimate, while something is left', { costMicros: 4n, maxCostMicros: 5n }, {}, false],
    ['when its tokens are used up', { tokensIn: 3, tokensOut: 2, maxTokens: 5 }, {}, true],
    ["when they exceed its agent's", { estimateTokens: 6 }, { maxTokens: 5 }, true],
    ['not when a person approved it', { estimateMicros: 6n, maxCostMicros: 5n, approvedAt: NOW }, {}, false],
  ])('%s', (_, more, limits, expected) => {
    expect(isOver(more, limits)).toBe(expected);
  });

  it('when nothing is left of the day, even if nobody knows its price', () => {
    expect([isOver({}, {}, 0n), isOver({}, {}, 1n), isOver({ approvedAt: NOW }, {}, -5n)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('when those before it leave too little of the day', () => {
    const tasks = [
      task('a', { estimateMicros: 4n }),
      // It does not start, and sets nothing aside.
      task('b', { estimateMicros: 6n, maxCostMicros: 5n }),
      task('c', { estimateMicros: 4n, approvedAt: NOW }),
      task('d', { estimateMicros: 2n }),
      task('e', { estimateMicros: 1n }),
    ];
    const over = judge(tasks, UNLIMITED, 9n).map((one) => one.isOver);
    expect(over).toEqual([false, true, false, true, true]);
  });
});

describe('rooms', () => {
  const queue = (priority: number, ...tasks: DueTask[]): { priority: number; tasks: ReturnType<typeof judge> } => ({
    priority,
    tasks: judge(tasks, UNLIMITED, null),
  });
  const room = (size: number): { workerId: string; leaseSeconds: number; size: number } => ({
    workerId: 'w',
    leaseSeconds: 30,
    size,
  });
  const placed = (queues: ReturnType<typeof queue>[], ...sizes: number[]): [string, number][] =>
    place(queues, sizes.map(room)).map((one) => [one.task.id, one.room]);

  it('get what is most important first, then what waited longest', () => {
    const queues = [
      queue(3, task('a', { rankAt: ago(50) }), task('b')),
      queue(1, task('d'), task('e')),
      queue(3, task('c', { rankAt: ago(20) })),
    ];
    expect(placed(queues, 2, 2)).toEqual([
      ['d', 0],
      ['e', 0],
      ['a', 1],
      ['c', 1],
    ]);
  });

  it('that are full or take nothing are passed over', () => {
    expect(placed([queue(3, task('a'), task('b'), task('c'))], 0, 1, 0, 5)).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 3],
    ]);
    expect(placed([queue(3, task('a'))], 0)).toEqual([]);
  });

  it('are not taken up by what is over budget, which is looked at all the same', () => {
    const over = { costMicros: 1n, maxCostMicros: 1n };
    const queues = [queue(3, task('a', over), task('b'), task('c', over), task('d'), task('e'))];
    expect(placed(queues, 1, 3)).toEqual([
      ['a', -1],
      ['b', 0],
      ['c', 0],
      ['d', 1],
    ]);
  });
});
