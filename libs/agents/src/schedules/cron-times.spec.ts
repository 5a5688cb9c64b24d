import fc from 'fast-check';
import { nextTime } from './cron-times.js';

const after = (cron: string, zone: string, from: string): string => nextTime(cron, zone, new Date(from)).toISOString();

describe('nextTime', () => {
  it.each([
    ['*/15 * * * *', 'UTC', '2026-11-24T12:00:00Z', '2026-11-24T12:15:00.000Z'],
    ['0 9 * * MON-FRI', 'Europe/Paris', '2026-11-27T08:00:00Z', '2026-11-30T08:00:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-11-24T12:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 12 * * 7', 'UTC', '2026-11-24T12:00:00Z', '2026-11-29T12:00:00.000Z'],
    ['0 0 * * *', 'Asia/Kolkata', '2026-11-24T12:00:00Z', '2026-11-24T18:30:00.000Z'],
  ])('%s in %s after %s is %s', (cron, zone, from, expected) => {
    expect(after(cron, zone, from)).toBe(expected);
  });

  it('runs once a day through both changes of the clock', () => {
    const days = (from: string): string[] => {
      const times: string[] = [];
      for (let time = from; times.length < 3; times.push(time)) time = after('30 2 * * *', 'Europe/Berlin', time);
      return times;
    };
    // There is no 02:30 on 29 March: clocks go from 02:00 to 03:00.
    expect(days('2026-03-28T00:00:00Z')).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    // 02:30 comes twice on 25 October.
    expect(days('2026-10-24T00:00:00Z')).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it.each<[string, string, string, string[]]>([
    // Clocks of Lord Howe go back by half an hour, from 02:00 to 01:30.
    [
      '0 2 * * *',
      'Australia/Lord_Howe',
      '2026-04-03T16:00:00Z',
      ['2026-04-04T15:30:00.000Z', '2026-04-05T15:30:00.000Z'],
    ],
    [
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-03T16:00:00Z',
      ['2026-04-04T14:45:00.000Z', '2026-04-05T15:15:00.000Z'],
    ],
    [
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-02T16:00:00Z',
      ['2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
    ],
    // Clocks that change at midnight: there is no 00:30 on 6 September, and 23:30 comes twice on 4 April.
    [
      '30 0 * * *',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      ['2026-09-06T04:00:00.000Z', '2026-09-07T03:30:00.000Z'],
    ],
    [
      '30 23 * * *',
      'America/Santiago',
      '2026-04-04T12:00:00Z',
      ['2026-04-05T02:30:00.000Z', '2026-04-06T03:30:00.000Z'],
    ],
    // A day that was left out: Samoa went from 29 to 31 December 2011.
    ['0 12 30 12 *', 'Pacific/Apia', '2011-12-29T12:00:00Z', ['2011-12-30T10:00:00.000Z', '2012-12-29T22:00:00.000Z']],
    // What runs every hour, or more often, goes by the time that passes.
    [
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:10:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-25T01:00:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T02:00:00.000Z'],
    ],
    ['15 * * * *', 'Europe/Berlin', '2026-03-29T00:15:00Z', ['2026-03-29T01:15:00.000Z', '2026-03-29T02:15:00.000Z']],
    [
      '0 */2 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T13:00:00Z',
      ['2026-04-04T15:30:00.000Z', '2026-04-04T17:30:00.000Z'],
    ],
    ['0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:00:00.000Z']],
  ])('%s in %s goes on from %s where clocks change', (cron, zone, from, expected) => {
    const times: string[] = [];
    for (let time = from; times.length < expected.length; times.push(time)) time = after(cron, zone, time);
    expect(times).toEqual(expected);
  });

  it('goes by the instant it is given, also in an hour that comes twice', () => {
    // From every minute of that hour, not only from the times before.
    for (let from = Date.parse('2026-10-24T23:30:00Z'); from < Date.parse('2026-10-25T02:30:00Z'); from += 60_000) {
      const next = nextTime('30 2 * * *', 'Europe/Berlin', new Date(from)).toISOString();
      expect(next).toBe(
        from < Date.parse('2026-10-25T00:30:00Z') ? '2026-10-25T00:30:00.000Z' : '2026-10-26T01:30:00.000Z',
      );
    }
  });

  it('is always later, never twice in a minute, and a time of the expression', () => {
    const zones = [
      'Australia/Lord_Howe',
      'Europe/Berlin',
      'America/Santiago',
      'Antarctica/Troll',
      'Asia/Kathmandu',
      'UTC',
    ];
    const field = (min: number, max: number) => fc.oneof(fc.constant('*'), fc.integer({ min, max }).map(String));
    fc.assert(
      fc.property(
        fc.tuple(field(0, 59), field(0, 23)),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') }),
        ([minute, hour], zone, from) => {
          const first = nextTime(`${minute} ${hour} * * *`, zone, new Date(from));
          const second = nextTime(`${minute} ${hour} * * *`, zone, first);
          expect(first.getTime()).toBeGreaterThan(from);
          expect(second.getTime() - first.getTime()).toBeGreaterThanOrEqual(60_000);
          // A day has at most 25 hours.
          expect(first.getTime() - from).toBeLessThanOrEqual(26 * 3_600_000);
        },
      ),
    );
  });

  it.each([
    ['61 * * * *', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['5-1 * * * *', 'UTC'],
    ['0 0 31 2 *', 'UTC'],
    ['* * * * *', 'Nowhere/Else'],
    ['* * * * *', 'local'],
    ['* * * * *', 'system'],
    ['* * * * *', '+02:00'],
    ['* * * * *', 'UTC+3'],
    ['', 'UTC'],
  ])('refuses %j in %s', (cron, zone) => {
    expect(() => nextTime(cron, zone, new Date())).toThrow();
  });
});
