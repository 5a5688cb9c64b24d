import { graver, type GroupStanding, type Recurrence, statusAfter } from './group-status.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 30, 12, minute));
const again = (minute: number, release: string | null = null): Recurrence => ({ receivedAt: at(minute), release });

const OPEN: GroupStanding = {
  status: 'open',
  count: 10,
  resolvedAt: null,
  resolvedInRelease: null,
  ignoreUntil: null,
  ignoreCount: null,
  ignoredAtCount: null,
};
const status = (change: Partial<GroupStanding>, recurrences: Recurrence[], seen: [string, Date][] = []): string =>
  statusAfter({ ...OPEN, ...change }, recurrences, new Map(seen));

describe('a group that recurs', () => {
  it('stays what it is when it was open or had come back', () => {
    expect(status({ ignoreUntil: at(0) }, [again(9)])).toBe('open');
    expect(status({ status: 'regressed', ignoreCount: 0 }, [again(9)])).toBe('regressed');
  });

  it.each<[string, Partial<GroupStanding>, Recurrence[], [string, Date][], string]>([
    ['after it was resolved', {}, [again(6)], [], 'regressed'],
    ['accepted before that', {}, [again(5)], [], 'resolved'],
    ['once before and once after', {}, [again(4), again(6)], [], 'regressed'],
    ['resolved nobody knows when', { resolvedAt: null }, [again(1)], [], 'regressed'],
    ['in the release of the fix', { resolvedInRelease: '1.1' }, [again(6, '1.1')], [], 'regressed'],
    ['in a later release', { resolvedInRelease: '1.1' }, [again(6, '1.2')], [], 'regressed'],
    ['in an older release', { resolvedInRelease: '1.1' }, [again(6, '1.0')], [], 'resolved'],
    ['in no release', { resolvedInRelease: '1.1' }, [again(6)], [], 'regressed'],
    ['in a release nobody saw', { resolvedInRelease: 'blue' }, [again(6, 'green')], [], 'regressed'],
    [
      'in a release that was seen before the fix',
      { resolvedInRelease: 'blue' },
      [again(6, 'green')],
      [
        ['green', at(1)],
        ['blue', at(2)],
      ],
      'resolved',
    ],
    [
      'in a release that was seen with the fix',
      { resolvedInRelease: 'blue' },
      [again(6, 'green')],
      [
        ['green', at(2)],
        ['blue', at(2)],
      ],
      'regressed',
    ],
    [
      'in a release from before the resolution, when that of the fix was not seen',
      { resolvedInRelease: 'blue' },
      [again(6, 'green')],
      [['green', at(4)]],
      'resolved',
    ],
    [
      'in a release from after it, when that of the fix was not seen',
      { resolvedInRelease: 'blue' },
      [again(6, 'green')],
      [['green', at(5)]],
      'regressed',
    ],
    [
      'in a release, when neither the fix nor the resolution has a time',
      { resolvedInRelease: 'blue', resolvedAt: null },
      [again(6, 'green')],
      [['green', at(1)]],
      'regressed',
    ],
  ])('%s', (_, change, recurrences, seen, expected) => {
    expect(status({ status: 'resolved', resolvedAt: at(5), ...change }, recurrences, seen)).toBe(expected);
  });

  it.each<[string, Partial<GroupStanding>, Recurrence[], string]>([
    ['for good', {}, [again(9)], 'ignored'],
    ['until a time that has not come', { ignoreUntil: at(5) }, [again(5)], 'ignored'],
    ['until a time that is over', { ignoreUntil: at(5) }, [again(4), again(6)], 'open'],
    ['for some more, which have not come', { ignoreCount: 3, ignoredAtCount: 8 }, [again(1)], 'ignored'],
    ['for some more, which have come', { ignoreCount: 3, ignoredAtCount: 8 }, [again(1), again(2)], 'open'],
    ['for some more from now on', { ignoreCount: 1 }, [again(1)], 'ignored'],
    ['for one more from now on', { ignoreCount: 1 }, [again(1), again(2)], 'open'],
  ])('while it is ignored %s', (_, change, recurrences, expected) => {
    expect(status({ status: 'ignored', ...change }, recurrences)).toBe(expected);
  });
});

it('the graver of two severities is the graver, whichever comes first', () => {
  expect([graver('low', 'high'), graver('high', 'low'), graver('info', 'info')]).toEqual(['high', 'high', 'info']);
});
