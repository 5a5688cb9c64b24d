import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PerformanceConfig } from '#config';
import { Lifecycle } from '#platform/health';
import { Metrics } from '#platform/observability';
import type { Principal } from '#platform/security';
import { BoundedStream } from './bounded-stream.js';
import { StreamsClosingException, TooManyStreamsException } from './stream.exceptions.js';
import type { Topic } from './topic.js';

/** Bytes that wait for one reader at most, beside what his connection holds. */
const MOST_BYTES = 128 * 1024;

/** A stream ends after this long; its reader comes back with its credentials, which may not be valid any more. */
const LONGEST_MS = 300_000;

/** Streams that were opened at once, as after the stop of another process, do not end at once. */
const SPREAD = 0.2;

/** Why a stream ended: its reader went, did not fetch what was said, may not read any more, read long enough, or the process stops. */
export type StreamEnd = 'left' | 'slow' | 'lost_standing' | 'longest' | 'stopped';

/** One reader. */
export interface OpenStream {
  readonly reader: Principal;
  readonly topics: ReadonlySet<Topic>;
  readonly out: BoundedStream;
  /** By `performance.now()`. */
  readonly openedAt: number;
  readonly endsAt: number;
  /** He knows what was told so far, so that he is told what comes. */
  isUpToDate: boolean;
}

/** The streams that are open in this process. */
@Injectable()
export class StreamRegistryService implements OnModuleDestroy {
  private readonly streams = new Set<OpenStream>();
  private isStopped = false;
  private readonly ended;

  constructor(
    private readonly config: PerformanceConfig,
    private readonly lifecycle: Lifecycle,
    metrics: Metrics,
  ) {
    metrics.gauge(
      'dashboard_streams',
      'Streams of the dashboard that are open in this process.',
      () => this.streams.size,
    );
    this.ended = metrics.counter('dashboard_streams_ended_total', 'Streams of the dashboard that ended, by why.', [
      'reason',
    ]);
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    for (const stream of this.streams) this.end(stream, 'stopped');
  }

  get all(): ReadonlySet<OpenStream> {
    return this.streams;
  }

  /** Whether somebody reads more than numbers. */
  get wantsNews(): boolean {
    for (const { topics } of this.streams) if (wantsNews(topics)) return true;
    return false;
  }

  /** @throws TooManyStreamsException, StreamsClosingException */
  open(reader: Principal, topics: readonly Topic[]): OpenStream {
    if (this.isStopped || this.lifecycle.isDraining) throw new StreamsClosingException();
    if (this.streams.size >= this.config.maxStreams) throw new TooManyStreamsException();
    let end: StreamEnd = 'left';
    const out = new BoundedStream(MOST_BYTES, () => (end = 'slow'));
    const openedAt = performance.now();
    const endsAt = openedAt + LONGEST_MS * (1 - SPREAD * Math.random());
    const stream = { reader, topics: new Set(topics), out, openedAt, endsAt, isUpToDate: false };
    this.streams.add(stream);
    out.once('close', () => {
      if (this.streams.delete(stream)) this.ended.labels(end).inc();
    });
    return stream;
  }

  /** Ends a stream well. */
  end(stream: OpenStream, reason: StreamEnd): void {
    if (this.streams.delete(stream)) this.ended.labels(reason).inc();
    stream.out.end();
  }
}

/** Whether topics are about more than numbers, which are told without anybody having to catch up. */
export function wantsNews(topics: ReadonlySet<Topic>): boolean {
  return topics.size > (topics.has('metrics') ? 1 : 0);
}
