import type { AppLogger } from '#platform/observability';
import { BoundedStream } from './bounded-stream.js';
import type { DashboardCacheService } from '../overview/dashboard-cache.service.js';
import type { OverviewService } from '../overview/overview.service.js';
import type { NewsReaderService } from './news-reader.service.js';
import { StreamPulseService } from './stream-pulse.service.js';
import type { OpenStream, StreamRegistryService } from './stream-registry.service.js';
import type { Topic } from './topic.js';

describe('the pulse of streams', () => {
  const streamOf = (topics: Topic[], isUpToDate: boolean): { stream: OpenStream; said: string[] } => {
    const said: string[] = [];
    const out = new BoundedStream(1e6, () => undefined);
    out.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const reader = {} as OpenStream['reader'];
    const times = { openedAt: performance.now(), endsAt: Infinity };
    return { stream: { reader, topics: new Set(topics), out, ...times, isUpToDate }, said };
  };
  const pulseOf = (streams: OpenStream[], numbers: () => Promise<unknown>): StreamPulseService =>
    new StreamPulseService(
      { all: new Set(streams) } as unknown as StreamRegistryService,
      { here: '7' } as unknown as NewsReaderService,
      {} as OverviewService,
      { get: numbers } as unknown as DashboardCacheService,
      { warn: () => undefined } as unknown as AppLogger,
    );

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('shows each reader every 15 s that he is connected, and where he is', async () => {
    const [news, numbers] = [streamOf(['tasks'], true), streamOf(['metrics'], false)];
    const pulse = pulseOf([news.stream, numbers.stream], () => Promise.resolve({ n: 1 }));
    pulse.onModuleInit();
    await pulse.begin(numbers.stream, (overview) => overview);
    await jest.advanceTimersByTimeAsync(45_000);
    expect(news.said).toEqual(Array(3).fill(': here\nid: 7\n\n'));
    expect(numbers.said.filter((text) => text === ': alive\n\n')).toHaveLength(3);
    expect(numbers.said.filter((text) => text === 'event: metrics\ndata: {"n":1}\n\n')).toHaveLength(46);
    await pulse.onModuleDestroy();
  });

  it('goes on showing that while there are no numbers', async () => {
    const { stream, said } = streamOf(['metrics'], false);
    let isAway = false;
    const pulse = pulseOf([stream], () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve({})));
    pulse.onModuleInit();
    await pulse.begin(stream, (overview) => overview);
    isAway = true;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(said.filter((text) => text === ': alive\n\n')).toHaveLength(2);
    await pulse.onModuleDestroy();
  });
});
