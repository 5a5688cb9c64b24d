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

  it.each([
    ['61 * * * *', 'UTC'],
    ['* * * *', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['@daily', 'UTC'],
    ['5-1 * * * *', 'UTC'],
    ['0 0 31 2 *', 'UTC'],
    ['* * * * *', 'Nowhere/Else'],
    ['', 'UTC'],
  ])('refuses %j in %s', (cron, zone) => {
    expect(() => nextTime(cron, zone, new Date())).toThrow();
  });
});
