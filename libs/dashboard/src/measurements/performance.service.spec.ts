import { slotOf, SystemClock } from '#platform/kernel';
import type { Measurement, MeasurementRepository } from './measurement.repository.js';
import { PerformanceService } from './performance.service.js';

const HOUR_MS = 3_600_000;

describe('history of performance', () => {
  const now = new Date();
  const hours = Array.from({ length: 24 }, (_, index) => new Date(now.getTime() - index * HOUR_MS)).reverse();
  const requests = new Map(hours.map((bucket) => [bucket.getTime(), 10]));
  const slots = new Map(hours.map((bucket) => [bucket.getTime(), slotOf(50)]));
  const asked: number[] = [];
  const measurements = {
    series: () =>
      Promise.resolve(
        hours.map((bucket): Measurement => ({
          bucket,
          requests: requests.get(bucket.getTime()) ?? 0,
          serverErrors: 0,
          withinObjective: 0,
          durationMs: 1,
          cpuPercent: null,
          memoryPercent: null,
        })),
      ),
    latencies: (_: string, buckets: readonly Date[]) => {
      asked.push(buckets.length);
      const counts = buckets.map((bucket) => bucket.getTime());
      return Promise.resolve(new Map(counts.map((time) => [time, new Map([[slots.get(time) ?? 0, 10]])])));
    },
  } as unknown as MeasurementRepository;

  it('reads latencies only of hours in which more requests were counted, and shows them at once', async () => {
    const service = new PerformanceService(measurements, new SystemClock());
    expect((await service.history(24)).every(({ p95 }) => p95 !== null && Math.abs(p95 - 50) < 2)).toBe(true);
    const [early, last] = [hours[3]?.getTime() ?? 0, hours.at(-1)?.getTime() ?? 0];
    for (const time of [early, last]) {
      requests.set(time, 20);
      slots.set(time, slotOf(400));
    }
    const slow = (await service.history(24)).filter(({ p95 }) => (p95 ?? 0) > 300);
    expect(slow.map(({ timestamp }) => timestamp.getTime())).toEqual([early, last]);
    await service.history(24);
    expect(asked).toEqual([24, 2, 0]);
  });
});
