import type { PerformanceConfig } from '#config';
import type { Lifecycle } from '#platform/health';
import { SystemClock } from '#platform/kernel';
import { type AppLogger, Metrics } from '#platform/observability';
import { type Principal, UNBOUNDED, UserStanding } from '#platform/security';
import { StreamRegistryService } from './stream-registry.service.js';
import { StreamStandingService } from './stream-standing.service.js';

const MINUTE = 60_000;

describe('streams of those who may not read any more', () => {
  let streams: StreamRegistryService;
  let standing: StreamStandingService;
  /** How each credential stands. */
  let marks: Map<string, string>;
  let isAway: boolean;
  let asked: number;

  const reader = (id: string, expiresAt: Date | null = null): Principal => ({
    id: 'u',
    role: 'API_USER',
    username: 'u',
    credential: { ...UNBOUNDED, kind: 'api_key', id, expiresAt },
  });
  const open = (id: string, expiresAt?: Date): (() => boolean) => {
    const stream = streams.open(reader(id, expiresAt), ['tasks']);
    return () => streams.all.has(stream);
  };
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    [marks, isAway, asked] = [new Map(Object.entries({ a: '1', b: '1' })), false, 0];
    class Marks extends UserStanding {
      override of = () => Promise.reject(new Error('not asked'));
      override marksOf(callers: readonly Principal[]): Promise<ReadonlyMap<Principal, string>> {
        asked += callers.length;
        if (isAway) return Promise.reject(new Error('away'));
        return Promise.resolve(
          new Map(
            callers.flatMap((caller) =>
              marks.has(caller.credential.id) ? [[caller, marks.get(caller.credential.id) ?? '']] : [],
            ),
          ),
        );
      }
    }
    const config = { maxStreams: 10 } as PerformanceConfig;
    streams = new StreamRegistryService(config, { isDraining: false } as Lifecycle, new Metrics());
    const logger = { warn: () => undefined } as unknown as AppLogger;
    standing = new StreamStandingService(streams, new Marks(), new SystemClock(), logger);
    standing.onModuleInit();
  });
  afterEach(async () => {
    await standing.onModuleDestroy();
    jest.useRealTimers();
  });

  it('end within a second, and those of others go on', async () => {
    const [gone, stays] = [open('a'), open('b')];
    await pass(3_000);
    expect([gone(), stays()]).toEqual([true, true]);
    marks.delete('a');
    await pass(1_000);
    expect([gone(), stays()]).toEqual([false, true]);
  });

  it('end when anything about the credential changes, whether or not it still stands', async () => {
    const rotated = open('a');
    await pass(1_000);
    marks.set('a', '2');
    await pass(1_000);
    expect(rotated()).toBe(false);
  });

  it('end when the token does', async () => {
    const short = open('a', new Date(Date.now() + 5_000));
    await pass(4_000);
    expect(short()).toBe(true);
    await pass(2_000);
    expect(short()).toBe(false);
  });

  it('end after five minutes at most, and not all at once', async () => {
    const many = Array.from({ length: 10 }, () => open('a'));
    await pass(4 * MINUTE - 1_000);
    expect(many.filter((isOpen) => isOpen())).toHaveLength(10);
    await pass(MINUTE + 2_000);
    expect(many.filter((isOpen) => isOpen())).toHaveLength(0);
  });

  it('end when nobody can say for ten seconds, and not before', async () => {
    const unknown = open('a');
    await pass(2_000);
    isAway = true;
    await pass(9_000);
    expect(unknown()).toBe(true);
    await pass(3_000);
    expect(unknown()).toBe(false);
  });

  it('are asked about once, however many one credential has open', async () => {
    for (let n = 0; n < 5; n++) open('a');
    await pass(1_000);
    expect(asked).toBe(1);
  });
});
