import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { RepeatedWork } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { type Principal, UserStanding } from '#platform/security';
import { type OpenStream, StreamRegistryService } from './stream-registry.service.js';

/** How often it is asked whether readers still may read. */
const ASK_MS = 1_000;

/** Without an answer for so long nobody goes on reading. */
const PATIENCE_MS = 10_000;

/** Ends the streams of those who may not read any more: their session or key ended, or their role is another. */
@Injectable()
export class StreamStandingService implements OnModuleInit, OnModuleDestroy {
  /** How each stood when he was asked about first. */
  private readonly marks = new WeakMap<OpenStream, string>();
  private answeredAt = performance.now();
  private readonly asking = new RepeatedWork(
    ASK_MS,
    () => this.ask(),
    (error) => this.logger.warn(`Who reads streams cannot be judged: ${String(error)}`, 'Dashboard'),
  );

  constructor(
    private readonly streams: StreamRegistryService,
    private readonly standing: UserStanding,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onModuleInit(): void {
    this.asking.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.asking.stop();
  }

  private async ask(): Promise<void> {
    const streams = [...this.streams.all];
    if (streams.length === 0) this.answeredAt = performance.now();
    if (streams.length === 0) return;
    for (const stream of streams) {
      if (isOver(stream.reader, this.clock.now())) this.streams.end(stream, 'lost_standing');
      else if (performance.now() > stream.endsAt) this.streams.end(stream, 'longest');
      // Who has just come was judged then.
      else if (performance.now() - Math.max(this.answeredAt, stream.openedAt) > PATIENCE_MS)
        this.streams.end(stream, 'lost_standing');
    }
    // Of the same session or key one is enough.
    const callers = new Map(streams.map(({ reader }) => [identityOf(reader), reader]));
    const marks = await this.standing.marksOf([...callers.values()]);
    this.answeredAt = performance.now();
    for (const stream of streams) {
      const caller = callers.get(identityOf(stream.reader));
      const mark = caller && marks.get(caller);
      if (mark === undefined || mark !== (this.marks.get(stream) ?? mark)) this.streams.end(stream, 'lost_standing');
      else this.marks.set(stream, mark);
    }
  }
}

function identityOf({ id, role, credential }: Principal): string {
  return `${credential.kind} ${credential.id} ${id} ${role}`;
}

function isOver({ credential }: Principal, now: Date): boolean {
  return credential.expiresAt !== null && credential.expiresAt <= now;
}
