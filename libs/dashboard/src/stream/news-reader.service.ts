import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AgentReadService } from '#agents';
import { RepeatedWork } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { AppLogger, Metrics } from '#platform/observability';
import type { Bulletin } from './bulletin.js';
import { BulletinMakingService } from './bulletin-making.service.js';
import { BulletinRepository } from './bulletin.repository.js';
import { IssueService } from './issue.service.js';
import type { News } from './news.js';
import { idOf, nextAfter, type Position } from './position.js';
import { RecentIssues } from './recent-issues.js';
import { eventText, placeText } from './server-sent-event.js';
import { type OpenStream, StreamRegistryService } from './stream-registry.service.js';
import { StreamsClosingException } from './stream.exceptions.js';

/** How often to look for news while somebody reads. */
const LOOK_MS = 250;

/** News that other processes tell of are looked for sooner, but no more often than this. */
const HURRY_MS = 100;

/** Bulletins read at once. */
const PAGE = 50;

/** Bulletins read at once for those who come back: everybody else waits for so much, and is told news before more is read. */
const PAGE_BACK = 10;

/** Bulletins, and news, that a reader may have missed and still gets: more is faster read from the lists. */
const MOST_BULLETINS = 1_000;
const MOST_NEWS = 5_000;

interface Joining {
  readonly stream: OpenStream;
  readonly from: Position | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Reads what happened, once for all streams of this process, and tells each reader what he may see of it. */
@Injectable()
export class NewsReaderService implements OnModuleInit, OnModuleDestroy {
  private readonly recent = new RecentIssues(MOST_NEWS);
  /** The last bulletin that was told; unknown while nobody reads. */
  private last: number | undefined;
  /** Those who came since the last look, and those for whom more has to be read. */
  private readonly joining: Joining[] = [];
  private hurrying: NodeJS.Timeout | undefined;
  private stopListening = (): void => undefined;
  private readonly lag;
  private readonly looks = new RepeatedWork(
    LOOK_MS,
    () => this.look(),
    (error) => this.logger.warn(`Streams wait for the database: ${String(error)}`, 'Dashboard'),
  );

  constructor(
    private readonly streams: StreamRegistryService,
    private readonly making: BulletinMakingService,
    private readonly bulletins: BulletinRepository,
    private readonly issues: IssueService,
    private readonly agents: AgentReadService,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.lag = metrics.histogram(
      'dashboard_stream_lag_seconds',
      'Time from a change to its telling on the streams of the dashboard, in seconds.',
      [],
      [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    );
  }

  onModuleInit(): void {
    this.stopListening = this.agents.onNews(() => this.hurry());
    this.looks.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopListening();
    clearTimeout(this.hurrying);
    await this.looks.stop();
    for (const { reject } of this.joining) reject(new StreamsClosingException());
  }

  /**
   * Tells a reader what he does not know, and from then on what comes.
   *
   * @param from what he knows; `undefined` lets him begin now
   */
  join(stream: OpenStream, from: Position | undefined): Promise<void> {
    if (this.looks.isStopped) return Promise.reject(new StreamsClosingException());
    return new Promise((resolve, reject) => {
      this.joining.push({ stream, from, resolve, reject });
      this.looks.wake();
    });
  }

  private hurry(): void {
    if (this.last === undefined || this.hurrying) return;
    this.hurrying = setTimeout(() => {
      this.hurrying = undefined;
      this.looks.wake();
    }, HURRY_MS);
  }

  private async look(): Promise<void> {
    if (!this.streams.wantsNews) {
      this.last = undefined;
      this.recent.clear();
      // Those who came have gone again.
      for (const { resolve } of this.joining.splice(0)) resolve();
      return;
    }
    // Taken first: whatever they know was committed before they came, so it is found below.
    const joining = this.joining.splice(0);
    try {
      const newest = await this.making.catchUp();
      await this.tellUpTo(newest);
      const within = await this.lookBack(joining);
      for (const one of joining) {
        if (within <= nextOf(one) && nextOf(one) < this.oldestHeld) this.joining.push(one);
        else this.enter(one);
      }
      if (this.joining.length > 0) this.looks.wake();
    } catch (error) {
      for (const { reject } of joining) reject(error);
      throw error;
    }
  }

  private async tellUpTo(newest: number): Promise<void> {
    this.last ??= newest;
    while (this.last < newest) {
      const page = await this.bulletins.between(this.last + 1, newest, PAGE);
      if (page[0]?.number !== this.last + 1) return this.loseTrack(newest);
      const issues = await this.issues.issuesOf(page);
      for (const issue of issues) this.recent.add(issue);
      this.tell(issues.flatMap(({ news }) => news));
      this.observe(page);
      this.last += page.length;
    }
  }

  /** This process slept for so long that what it would tell next is not kept any more. */
  private loseTrack(newest: number): void {
    this.recent.clear();
    this.last = newest;
    for (const stream of this.streams.all) if (stream.isUpToDate) this.reset(stream);
  }

  /**
   * Reads a page of what was told before this process began to, backwards, when somebody who comes needs it and there is room for it.
   *
   * @returns the oldest bulletin that is worth waiting for; `Infinity` when none is
   */
  private async lookBack(joining: readonly Joining[]): Promise<number> {
    const end = this.oldestHeld;
    const wanted = joining.map(nextOf).filter((number) => number < end);
    if (wanted.length === 0 || this.recent.isFull) return Infinity;
    const oldest = Math.max((await this.bulletins.oldest()) ?? end, this.lastTold + 1 - MOST_BULLETINS);
    const begin = Math.max(Math.min(...wanted.filter((number) => number >= oldest)), end - PAGE_BACK);
    if (begin >= end) return Infinity;
    const page = await this.bulletins.between(begin, end - 1, PAGE_BACK);
    // Without a gap to what is held, or not at all: some may have been removed just now.
    if (page.length < end - begin) return Infinity;
    this.recent.addEarlier(await this.issues.issuesOf(page));
    return this.recent.isFull ? Infinity : oldest;
  }

  private enter({ stream, from, resolve }: Joining): void {
    const missed = from && this.missed(from);
    if (from && !missed) {
      this.reset(stream);
    } else {
      const seen = (missed ?? []).filter((news) => this.isFor(stream, news));
      stream.out.catchUp([...seen.map(({ bytes }) => bytes), placeText(this.here)]);
    }
    stream.isUpToDate = true;
    resolve();
  }

  /** What a reader does not know; `undefined` when it is not known what that is. */
  private missed(from: Position): News[] | undefined {
    const next = nextAfter(from);
    // Of another database, or of the time before it was set back.
    if (next > this.lastTold + 1 || (next > this.lastTold && from.index !== Infinity)) return undefined;
    return next > this.lastTold ? [] : this.recent.behind(from);
  }

  /** Says that something may be missing: whoever needs it whole reads the lists again. */
  private reset(stream: OpenStream): void {
    stream.out.say(eventText('reset', {}, this.here));
  }

  private tell(news: readonly News[]): void {
    if (news.length === 0) return;
    const shared = new Map<string, Buffer>();
    for (const stream of this.streams.all) {
      if (!stream.isUpToDate) continue;
      const key = this.audienceOf(stream);
      const known = key === undefined ? undefined : shared.get(key);
      const text = known ?? Buffer.concat(news.filter((one) => this.isFor(stream, one)).map(({ bytes }) => bytes));
      if (key !== undefined) shared.set(key, text);
      if (text.length > 0) stream.out.say(text);
    }
  }

  /** Readers of one audience see the same. */
  private audienceOf({ topics, reader }: OpenStream): string | undefined {
    const isSame = (!topics.has('tasks') && !topics.has('approvals')) || this.agents.maySeeAll(reader);
    return isSame ? [...topics].sort().join() : undefined;
  }

  private isFor({ topics, reader }: OpenStream, { topic, access }: News): boolean {
    return topics.has(topic) && (access === undefined || this.agents.maySee(reader, access));
  }

  private observe(bulletins: readonly Bulletin[]): void {
    const now = this.clock.millis();
    for (const { notedAt, madeAt } of bulletins)
      this.lag.observe(Math.max(0, now - (notedAt ?? madeAt).getTime()) / 1000);
  }

  /** Where everybody is who knows what was told. */
  get here(): string {
    return idOf({ number: this.lastTold, index: Infinity });
  }

  private get lastTold(): number {
    return this.last ?? 0;
  }

  /** The oldest bulletin whose news are held, or the next one. */
  private get oldestHeld(): number {
    return this.recent.first ?? this.lastTold + 1;
  }
}

/** The first bulletin that has something new for who comes; `Infinity` for who begins now. */
function nextOf({ from }: Joining): number {
  return from ? nextAfter(from) : Infinity;
}
