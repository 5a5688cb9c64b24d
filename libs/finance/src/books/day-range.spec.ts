import { BooksCalendar } from './calendar.js';
import { type AskedDays, dayRange } from './day-range.js';

const calendar = new BooksCalendar('Europe/Berlin');
/** In Berlin the next day has begun. */
const NOW = new Date('2026-11-30T23:30:00.000Z');
const range = (asked: AskedDays): object => dayRange(asked, calendar, NOW);

describe('the days that are asked for', () => {
  it.each<[AskedDays, string, string]>([
    [{ period: '2026-02' }, '2026-02-01', '2026-02-28'],
    [{ period: '2024-02' }, '2024-02-01', '2024-02-29'],
    [{ from: '2026-10-05', to: '2026-11-03' }, '2026-10-05', '2026-11-03'],
    [{ from: '2026-11-03', to: '2026-11-03' }, '2026-11-03', '2026-11-03'],
    [{ to: '2026-10-05' }, '2026-10-01', '2026-10-05'],
    [{ from: '2026-10-05' }, '2026-10-05', '2026-12-01'],
    [{}, '2026-12-01', '2026-12-01'],
  ])('%j are %s to %s', (asked, from, to) => {
    expect(range(asked)).toEqual({ from, to });
  });

  it.each<[AskedDays, string[], string]>([
    [{ period: '2026-02', from: '2026-02-01' }, ['period'], 'stands alone, or from and to do'],
    [{ period: '2026-02', to: '2026-02-01' }, ['period'], 'stands alone, or from and to do'],
    [{ from: '2026-02-30', to: '2026-03-05' }, ['from'], 'must be a day that exists'],
    [{ from: 'x', to: '2026-02-31' }, ['from', 'to'], 'must be a day that exists'],
    [{ from: '2026-03-02', to: '2026-03-01' }, ['from'], 'must not be after to'],
  ])('%j are refused for %j', (asked, paths, message) => {
    expect(() => range(asked)).toThrow(
      expect.objectContaining({
        details: { errors: paths.map((path): unknown => expect.objectContaining({ path, message })) },
      }),
    );
  });

  it('are of a month that exists', () => {
    expect(() => range({ period: '2026-13' })).toThrow(expect.objectContaining({ code: 'FINANCE.INVALID_PERIOD' }));
  });
});
