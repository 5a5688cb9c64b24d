import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#platform/security';
import type { Overview } from '../overview/overview.service.js';
import { NewsReaderService } from './news-reader.service.js';
import type { Position } from './position.js';
import { retryText } from './server-sent-event.js';
import { StreamPulseService } from './stream-pulse.service.js';
import { StreamRegistryService, wantsNews } from './stream-registry.service.js';
import { TopicForbiddenException } from './stream.exceptions.js';
import { type Topic, TOPICS, topicsWithin } from './topic.js';

/** Milliseconds after which a reader that lost its connection comes back. */
const RETRY_MS = 1_000;

/** What somebody wants to read. */
export interface StreamRequest {
  readonly reader: Principal;
  /** Left out: all that his role may read. */
  readonly topics: readonly Topic[] | undefined;
  /** What he knows; left out, he begins now. */
  readonly from: Position | undefined;
  /** How numbers are shown. */
  readonly show: (overview: Overview) => object;
}

/** Lets readers in. */
@Injectable()
export class StreamOpeningService {
  constructor(
    private readonly streams: StreamRegistryService,
    private readonly news: NewsReaderService,
    private readonly pulse: StreamPulseService,
  ) {}

  /**
   * A stream that goes on until its reader leaves, may not read any more or is too slow, or the process stops.
   *
   * @throws TopicForbiddenException, TooManyStreamsException, StreamsClosingException
   */
  async open({ reader, topics, from, show }: StreamRequest): Promise<Readable> {
    const allowed = topicsWithin(reader.role, topics ?? TOPICS);
    if (topics && allowed.length < topics.length) throw new TopicForbiddenException();
    const stream = this.streams.open(reader, allowed);
    stream.out.say(retryText(RETRY_MS));
    try {
      if (wantsNews(stream.topics)) await this.news.join(stream, from);
      await this.pulse.begin(stream, show);
    } catch (error) {
      stream.out.destroy();
      throw error;
    }
    return stream.out;
  }
}
