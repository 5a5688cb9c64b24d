import fc from 'fast-check';
import { BooksCalendar } from './calendar.js';

/** Zones whose clocks do all that clocks do: half hours, days left out, changes at midnight and shortly after it. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Asia/Beirut',
  'Africa/Monrovia',
];

describe('the calendar of the books', () => {
  const instant = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0, 1) });

  it.each(ZONES)('puts every instant into one day in %s, and days next to each other', (zone) => {
    const calendar = new BooksCalendar(zone);
    fc.assert(
      fc.property(instant, fc.boolean(), (millis, isAtEdge) => {
        const some = calendar.dayOf(new Date(millis));
        const at = isAtEdge ? calendar.startOf(some) : new Date(millis);
        const day = calendar.dayOf(at);
        const [start, end] = [calendar.startOf(day), calendar.endOf(day)];
        expect(start <= at && at < end).toBe(true);
        expect(calendar.endOf(calendar.dayOf(new Date(start.getTime() - 1)))).toEqual(start);
        expect(calendar.dayOf(end) > day).toBe(true);
        const month = calendar.month(day.slice(0, 7));
        expect(month.start <= at && at < month.end).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01', '2025-12-31T18:15:00.000Z', '2026-01-01T18:15:00.000Z'],
    ['UTC', '2026-02-28', '2026-02-28T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ])('begins and ends days when they do in %s', (zone, day, start, end) => {
    const calendar = new BooksCalendar(zone);
    expect([calendar.startOf(day), calendar.endOf(day)]).toEqual([new Date(start), new Date(end)]);
    expect(calendar.read(day)).toEqual({ at: new Date(start), until: new Date(Date.parse(end) - 1) });
  });
});
