import { ValidationException } from '#platform/kernel';
import { nextTimes } from './schedule-times.js';

const NOON = new Date('2026-03-28T12:00:00Z');
const times = (cron: string, timeZone: string, count = 3): string[] =>
  nextTimes({ cron, timeZone }, NOON, count).map((time) => time.toISOString());

describe('the next times of a cron expression', () => {
  it('are in order, also where clocks change between them', () => {
    expect(times('0 9 * * *', 'Europe/Berlin')).toEqual([
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
      '2026-03-31T07:00:00.000Z',
    ]);
    expect(times('30 2 * * *', 'Europe/Berlin', 2)).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']);
  });

  it.each([
    ['61 * * * *', 'UTC', 'cron'],
    ['0 0 31 2 *', 'UTC', 'cron'],
    ['0 0 * * *', 'Mars/Base', 'timeZone'],
  ])('are refused of %s in %s for its %s', (cron, timeZone, path) => {
    let fault: unknown;
    try {
      times(cron, timeZone);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(ValidationException);
    expect(fault).toMatchObject({ details: { errors: [{ path }] } });
  });
});
