import type { PerformanceConfig } from '#config';
import type { AgentReadService } from '#agents';
import type { Lifecycle } from '#platform/health';
import { SystemClock } from '#platform/kernel';
import { type AppLogger, Metrics } from '#platform/observability';
import { type Principal, UNBOUNDED } from '#platform/security';
import type { Bulletin } from './bulletin.js';
import type { BulletinMakingService } from './bulletin-making.service.js';
import type { BulletinRepository } from './bulletin.repository.js';
import type { IssueService } from './issue.service.js';
import { issueOf } from './news.js';
import { NewsReaderService } from './news-reader.service.js';
import { positionOf } from './position.js';
import { type OpenStream, StreamRegistryService } from './stream-registry.service.js';

/** What it takes to look up what one bulletin is about, in ms. */
const LOOKUP_MS = 10;

const READER: Principal = {
  id: 'u',
  role: 'READ_ONLY',
  username: 'u',
  credential: { ...UNBOUNDED, kind: 'api_key', id: 'k', expiresAt: null },
};

describe('readers who come back with an old id', () => {
  let streams: StreamRegistryService;
  let news: NewsReaderService;
  /** Bulletins that are kept. */
  let [oldest, newest]: [number, number] = [1, 0];
  let newsOfEach: number;
  /** Bulletins that were looked up. */
  let read: number[];

  const bulletin = (number: number): Bulletin => ({
    number,
    madeAt: new Date(),
    audit: { after: 0, to: 0 },
    blocks: { after: 0, to: 0 },
    changes: [],
    notedAt: null,
  });
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
  /** Comes, and goes on reading. */
  const come = (id?: string): { stream: OpenStream; said: () => string; joined: Promise<void> } => {
    const stream = streams.open(READER, ['errors']);
    let said = '';
    const joined = news.join(stream, id === undefined ? undefined : positionOf(id));
    return {
      stream,
      joined,
      said: () => {
        for (let piece; (piece = stream.out.read() as Buffer | null);) said += piece.toString();
        return said;
      },
    };
  };
  const idsIn = (text: string): string[] => [...text.matchAll(/^id: (\d+\.\d+)$/gm)].map(([, id]) => id ?? '');

  beforeEach(async () => {
    jest.useFakeTimers();
    [oldest, newest, newsOfEach, read] = [1, 3_000, 1, []];
    const making = { catchUp: () => Promise.resolve(newest) };
    const bulletins = {
      oldest: () => Promise.resolve(oldest),
      between: (from: number, to: number, limit: number) => {
        const first = Math.max(from, oldest);
        const count = Math.max(0, Math.min(limit, Math.min(to, newest) - first + 1));
        return Promise.resolve(Array.from({ length: count }, (_, index) => bulletin(first + index)));
      },
    };
    const issues = {
      issuesOf: async (all: readonly Bulletin[]) => {
        read.push(...all.map(({ number }) => number));
        await new Promise((resolve) => setTimeout(resolve, all.length * LOOKUP_MS));
        const items = Array.from({ length: newsOfEach }, () => ({ topic: 'errors' as const, data: {} }));
        return all.map(({ number }) => issueOf(number, items));
      },
    };
    const agents = { onNews: () => () => undefined, maySeeAll: () => true, maySee: () => true };
    const config = { maxStreams: 1_000 } as PerformanceConfig;
    streams = new StreamRegistryService(config, { isDraining: false } as Lifecycle, new Metrics());
    news = new NewsReaderService(
      streams,
      making as BulletinMakingService,
      bulletins as unknown as BulletinRepository,
      issues as unknown as IssueService,
      agents as unknown as AgentReadService,
      new SystemClock(),
      { warn: () => undefined } as unknown as AppLogger,
      new Metrics(),
    );
    news.onModuleInit();
    await pass(0);
  });
  afterEach(async () => {
    const destroyed = news.onModuleDestroy();
    await pass(60_000);
    await destroyed;
    streams.onModuleDestroy();
    jest.useRealTimers();
  });

  it('cost no more reading than there is room for, however often they come', async () => {
    newsOfEach = 249;
    come();
    await pass(500);
    for (let round = 0; round < 20; round++) {
      const { stream, said, joined } = come('2100');
      await pass(20_000);
      await joined;
      expect(said()).toContain('event: reset');
      stream.out.destroy();
    }
    // 20 bulletins take all the room.
    expect(read.length).toBeLessThanOrEqual(30);
    expect(new Set(read).size).toBe(read.length);
    // Who needs no more than that gets it, for nothing.
    const near = come('2980');
    await pass(500);
    expect(idsIn(near.said())).toHaveLength(20 * 249);
    expect(near.said()).not.toContain('event: reset');
    expect(read.length).toBeLessThanOrEqual(30);
  });

  it('do not keep news from others while it is read what they missed, and miss nothing', async () => {
    const other = come();
    await pass(500);
    const back = come('2100');
    let hasJoined = false;
    void back.joined.then(() => (hasJoined = true));
    const first = newest + 1;
    while (!hasJoined) {
      newest += 1;
      await pass(400);
      expect(other.said()).toContain(`id: ${newest}.1\n`);
    }
    expect(newest - first).toBeGreaterThan(10);
    newest += 1;
    await pass(400);
    const all = Array.from({ length: newest - 2_100 }, (_, index) => `${2_101 + index}.1`);
    expect(idsIn(back.said())).toEqual(all);
    expect(new Set(read).size).toBe(read.length);
  });

  it('are told at once to read the lists when they missed too much, or what is not kept', async () => {
    come();
    await pass(500);
    oldest = 2_500;
    for (const id of ['1900', '2400']) {
      const { said } = come(id);
      await pass(10);
      expect(said()).toContain('event: reset');
    }
    expect(read).toEqual([]);
  });

  it('are sent elsewhere when the process stops before it read what they missed', async () => {
    come();
    const { joined } = come('2100');
    const refused = expect(joined).rejects.toMatchObject({ code: 'DASHBOARD.STREAMS_CLOSING' });
    await pass(300);
    void news.onModuleDestroy();
    await pass(200);
    await refused;
    expect(read.length).toBeLessThan(100);
  });
});
