import { type EndedRun, hoursOf, p95Of, together } from './agent-hour.js';

const at = (time: string): Date => new Date(`2026-11-24T${time}Z`);
const run = (changes: Partial<EndedRun> = {}): EndedRun => ({
  agentId: 'a',
  state: 'succeeded',
  startedAt: at('12:00:00'),
  finishedAt: at('12:00:01'),
  tokens: 10,
  costMicros: 5n,
  ...changes,
});

describe('hours of agents', () => {
  it('add up what ended in them, by agent', () => {
    const hours = hoursOf([
      run(),
      run({ state: 'failed' }),
      run({ state: 'dead', finishedAt: at('12:59:59.999') }),
      run({ finishedAt: at('13:00:00') }),
      run({ agentId: 'b' }),
    ]);
    expect(hours.map(({ agentId, hour, runs, failures }) => [agentId, hour, runs, failures])).toEqual([
      ['a', at('12:00:00'), 3, 2],
      ['a', at('13:00:00'), 1, 0],
      ['b', at('12:00:00'), 1, 0],
    ]);
    expect(hours[0]).toMatchObject({ tokens: 30, costMicros: 15n });
  });

  it('count of a cancelled task what it cost, and no run', () => {
    const [hour] = hoursOf([run({ state: 'cancelled' })]);
    expect(hour).toMatchObject({ runs: 0, failures: 0, tokens: 10, costMicros: 5n });
    expect(hour && p95Of(hour)).toBeNull();
  });

  it('count of a task that never began since it was queued again what it cost, and no run', () => {
    const [hour] = hoursOf([run({ state: 'failed', startedAt: null })]);
    expect(hour).toMatchObject({ runs: 0, failures: 0, tokens: 10, costMicros: 5n });
    expect(hour && p95Of(hour)).toBeNull();
  });

  it('know the 95th percentile within two per cent, whichever parts they are put together of', () => {
    const runs = Array.from({ length: 1_000 }, (_, n) =>
      run({ startedAt: at('12:00:00'), finishedAt: new Date(at('12:00:00').getTime() + n + 1) }),
    );
    const [one] = hoursOf(runs.filter((_, n) => n % 3 === 0));
    const [other] = hoursOf(runs.filter((_, n) => n % 3 !== 0));
    const p95 = one && other && p95Of(together(one, other));
    expect(Math.abs((p95 ?? 0) - 950)).toBeLessThan(950 * 0.02 + 1);
    expect(one && other && together(one, other).runs).toBe(1_000);
  });
});
