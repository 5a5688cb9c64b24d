import { groupingOf } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { pressureStageOf, withoutDetail } from './pressure.js';
import { decodeWalLine, encodeWalLine } from '../write-ahead/wal-line.js';

const MB = 1024 * 1024;
const stageAt = (backlogMb: number, freeMb = 10_000): string =>
  pressureStageOf({
    backlogBytes: backlogMb * MB,
    maxBacklogBytes: 1000 * MB,
    freeBytes: freeMb * MB,
    minFreeBytes: 256 * MB,
  });

describe('stages of pressure', () => {
  it.each([
    [0, 'normal'],
    [699, 'normal'],
    [700, 'sampling'],
    [849, 'sampling'],
    [850, 'shedding'],
    [949, 'shedding'],
    [950, 'refusing'],
    [2000, 'refusing'],
  ])('%i MB of 1000 are %s', (backlog, stage) => expect(stageAt(backlog)).toBe(stage));

  it('refuses on a disk that is nearly full, however little waits', () => {
    expect([stageAt(0, 256), stageAt(0, 255)]).toEqual(['normal', 'refusing']);
  });

  it('keeps a repeat small, with the group that it had with its stack', () => {
    const occurrence: Occurrence = {
      errorId: 'a',
      timestamp: '2026-11-24T10:00:00.000Z',
      receivedAt: '2026-11-24T10:00:00.000Z',
      severity: 'high',
      category: 'unknown',
      errorType: 'RangeError',
      errorMessage: 'n'.repeat(5_000),
      stackTrace: 'RangeError: n\n    at charge (/srv/shop/pay.js:7:1)',
      context: { cart: 'c'.repeat(5_000) },
      correlationId: 'c-1',
      userId: 'u-1',
      endpoint: '/pay',
      method: 'POST',
      sourceFile: '/srv/shop/pay.js',
      sourceLine: 7,
      service: 'shop',
      release: '1.0.0',
      environment: 'production',
      fingerprint: ['{{ default }}', 'checkout'],
      projectId: 3,
      frames: [{ function: 'charge', file: '/srv/shop/pay.js', line: 7, inApp: true }],
      causes: [{ type: 'TypeError', message: 'x' }],
      tags: { region: 'eu' },
      user: { id: 'u-1' },
      breadcrumbs: [{ message: 'b'.repeat(5_000) }],
      contexts: { os: { name: 'linux' } },
    };
    const grouping = groupingOf(occurrence);
    const line = encodeWalLine({ sequence: 1, ...withoutDetail(occurrence, grouping) });
    expect(line.length).toBeLessThan(2_000);
    const record = decodeWalLine(Buffer.from(line.trimEnd()));
    expect(record?.grouping?.key).toBe(grouping.key);
    expect(record?.occurrence).toMatchObject({ errorId: 'a', correlationId: 'c-1', userId: 'u-1', projectId: 3 });
  });
});
