import { Injectable } from '@nestjs/common';
import { unlessLate } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { LedgerDrainService } from './ledger-drain.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';
import { RunArtifactService } from '../runs/run-artifact.service.js';

const RETRY_MS = { first: 250, longest: 30_000 } as const;

/** The one reader of the write-ahead files: runs as soon as there is something, waits while the database is away. */
@Injectable()
export class LedgerConsumerService {
  private readonly offsets = new Map<string, number>();
  private loop: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private retryMs: number = RETRY_MS.first;
  private failingSince: Date | undefined;
  private pendingSince: number | undefined;
  private isAwake = false;
  private isStarted = false;

  constructor(
    private readonly run: CurrentRunService,
    private readonly selfLog: SelfLogService,
    private readonly drain: LedgerDrainService,
    private readonly tally: LedgerTallyService,
    private readonly artifact: RunArtifactService,
    private readonly logger: AppLogger,
  ) {}

  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** There may be something to read. */
  wake(): void {
    this.artifact.wake();
    this.pendingSince ??= Date.now();
    this.isAwake = true;
    if (!this.isStarted || this.loop || this.retry) return;
    this.loop = this.readAll();
  }

  /** Accepted bytes that are not in the database. */
  get backlogBytes(): number {
    return this.run.log.files.reduce((sum, { name, durableBytes }) => sum + durableBytes - this.offsetOf(name), 0);
  }

  /** Since when the database takes nothing; `undefined` when it does. */
  get stalledSince(): Date | undefined {
    return this.failingSince;
  }

  /** Seconds that the oldest report has been waiting. */
  get backlogAgeSeconds(): number {
    return this.backlogBytes === 0 || this.pendingSince === undefined ? 0 : (Date.now() - this.pendingSince) / 1000;
  }

  /** Stops the retries and reads what is left, for a bounded time; true when nothing is. */
  async finish(limitMs: number): Promise<boolean> {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.retryMs = RETRY_MS.first;
    this.wake();
    await unlessLate(Promise.resolve(this.loop), limitMs, () => undefined);
    clearTimeout(this.retry);
    this.isStarted = false;
    return this.backlogBytes === 0;
  }

  private offsetOf(file: string): number {
    return this.offsets.get(file) ?? 0;
  }

  private async readAll(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.isAwake) {
        this.isAwake = false;
        for (const { name } of this.run.log.files) await this.readFile(name);
        await this.removeFinished();
      }
      this.recovered();
    } catch (error) {
      this.postpone(error);
    }
    // In the same step as the last look: whoever wakes the consumer later starts it again.
    this.loop = undefined;
  }

  private async readFile(name: string): Promise<void> {
    const { identity, directory, log } = this.run;
    for (;;) {
      const limit = log.files.find((file) => file.name === name)?.durableBytes ?? 0;
      const offset = this.offsetOf(name);
      if (offset >= limit) break;
      const file = { name, path: directory.walPath(name), limit };
      const settled = await this.drain.drainChunk(identity, file, offset, (start, occurrence) =>
        this.artifact.noteRead(name, start, occurrence),
      );
      if (!settled) break;
      this.offsets.set(name, settled.offset);
      this.tally.settle(settled, settled.projects);
      this.recovered();
    }
  }

  /** A closed file that is in the database and in the artifact has done its duty. */
  private async removeFinished(): Promise<void> {
    const { log, directory } = this.run;
    for (const { name, durableBytes, isClosed } of log.files) {
      const isDone = this.offsetOf(name) >= durableBytes && this.artifact.exportedBytes(name) >= durableBytes;
      if (!isClosed || !isDone || name.endsWith('.fatal.wal')) continue;
      await directory.remove(name);
      log.forget(name);
      this.offsets.delete(name);
    }
  }

  private recovered(): void {
    if (this.failingSince) this.logger.log('Reports reach the database again', 'ErrorLedger');
    this.failingSince = undefined;
    this.retryMs = RETRY_MS.first;
    this.pendingSince = this.backlogBytes === 0 ? undefined : Date.now();
  }

  private postpone(error: unknown): void {
    if (!this.failingSince) {
      this.failingSince = new Date();
      this.selfLog.write('consumer', error);
      this.logger.warn('Reports are kept on disk: the database does not take them', 'ErrorLedger', {
        error: String(error),
      });
    }
    this.isAwake = true;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.wake();
    }, this.retryMs);
    this.retry.unref();
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS.longest);
  }
}
