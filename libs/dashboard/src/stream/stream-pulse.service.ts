import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { RepeatedWork } from '#platform/jobs';
import { AppLogger } from '#platform/observability';
import { DashboardCacheService } from '../overview/dashboard-cache.service.js';
import { type Overview, OverviewService } from '../overview/overview.service.js';
import { NewsReaderService } from './news-reader.service.js';
import { ALIVE, eventText, placeText } from './server-sent-event.js';
import { type OpenStream, StreamRegistryService } from './stream-registry.service.js';

const BEAT_MS = 1_000;

/** Beats between two signs of life, so that no proxy takes a connection for dead. */
const BEATS_OF_SIGN = 15;

/** Tells what comes with time: the numbers each second, and each reader now and then that he is still connected, and where he is. */
@Injectable()
export class StreamPulseService implements OnModuleInit, OnModuleDestroy {
  private beats = 0;
  private show: ((overview: Overview) => object) | undefined;
  private readonly beating = new RepeatedWork(
    BEAT_MS,
    () => this.beat(),
    (error) => this.logger.warn(`Streams are without numbers: ${String(error)}`, 'Dashboard'),
  );

  constructor(
    private readonly streams: StreamRegistryService,
    private readonly news: NewsReaderService,
    private readonly overview: OverviewService,
    private readonly cache: DashboardCacheService,
    private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.beating.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.beating.stop();
  }

  /** Tells a reader that he is connected and, where he wants them, the numbers as they are now. @param show as `GET /dashboard/metrics` shows them */
  async begin(stream: OpenStream, show: (overview: Overview) => object): Promise<void> {
    this.show = show;
    if (stream.topics.has('metrics')) stream.out.say(await this.numbers(show));
  }

  private async beat(): Promise<void> {
    this.beats += 1;
    // Signs of life need nothing that can fail. They are spread over the seconds by when the readers came.
    for (const stream of this.streams.all) if (this.isDue(stream)) stream.out.say(this.signFor(stream));
    const readers = [...this.streams.all].filter(({ topics }) => topics.has('metrics'));
    if (readers.length === 0 || !this.show) return;
    const text = await this.numbers(this.show);
    for (const { out } of readers) out.say(text);
  }

  private isDue({ openedAt }: OpenStream): boolean {
    const second = Math.floor(openedAt / BEAT_MS);
    return (this.beats + second) % BEATS_OF_SIGN === 0;
  }

  /** With the place, so that a reader whom little concerns does not fall behind what is kept. */
  private signFor({ isUpToDate }: OpenStream): Buffer {
    return isUpToDate ? placeText(this.news.here) : ALIVE;
  }

  private async numbers(show: (overview: Overview) => object): Promise<Buffer> {
    return eventText('metrics', show(await this.cache.get('overview', () => this.overview.current())));
  }
}
