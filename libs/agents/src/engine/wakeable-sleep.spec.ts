import { WakeableSleep } from './wakeable-sleep.js';

describe('a wakeable sleep', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** How long a sleep of 50 to 1,000 ms lasts, in ms. */
  const lengthOf = async (
    sleep: WakeableSleep,
    during: [atMs: number, act: () => void][] = [],
    signal?: AbortSignal,
  ): Promise<number> => {
    const start = performance.now();
    let end: number | undefined;
    void sleep.sleep(50, 1_000, signal).then(() => (end = performance.now()));
    for (const [atMs, act] of during) setTimeout(act, atMs);
    while (end === undefined) await jest.advanceTimersByTimeAsync(1);
    return end - start;
  };

  it('lasts its time', async () => {
    expect(await lengthOf(new WakeableSleep())).toBe(1_000);
  });

  it('ends when it is woken, but not before its least time', async () => {
    const sleep = new WakeableSleep();
    expect(await lengthOf(sleep, [[10, () => sleep.wake()]])).toBe(50);
    expect(await lengthOf(sleep, [[70, () => sleep.wake()]])).toBe(70);
  });

  it('ends at once when that is asked for, also after it was woken', async () => {
    const sleep = new WakeableSleep();
    expect(await lengthOf(sleep, [[10, () => sleep.wakeNow()]])).toBe(10);
    const twice: [number, () => void][] = [
      [10, () => sleep.wake()],
      [20, () => sleep.wakeNow()],
    ];
    expect(await lengthOf(sleep, twice)).toBe(20);
  });

  it('is as long as if it was woken in it, when it was woken before', async () => {
    const sleep = new WakeableSleep();
    sleep.wake();
    expect(await lengthOf(sleep)).toBe(50);
    sleep.wakeNow();
    sleep.wake();
    expect(await lengthOf(sleep)).toBe(0);
    // And the one after it lasts its time.
    expect(await lengthOf(sleep)).toBe(1_000);
  });

  it('ends at once when its signal is aborted, or was', async () => {
    const stopping = new AbortController();
    const { signal } = stopping;
    expect(await lengthOf(new WakeableSleep(), [[10, () => stopping.abort()]], signal)).toBe(10);
    expect(await lengthOf(new WakeableSleep(), [], signal)).toBe(0);
  });
});
