import { Injectable } from '@nestjs/common';
import { ServerConfig } from '#config';
import { Clock } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import type { Conservation } from '../domain/ledger-run.js';
import type { RunIdentity } from '../infrastructure/ledger-directory.js';
import { RunArtifact } from '../infrastructure/run-artifact.js';
import { LedgerRun } from './ledger-run.js';
import { LedgerTally } from './ledger-tally.js';

/** Shortest pause between two writes of the artifact. */
const MIN_PAUSE_MS = 500;

/** A pause is at least so many times the last write, so that a large artifact cannot take more than a twentieth of the time. */
const PAUSE_FACTOR = 20;

/** Keeps the artifact of this run up to date, and completes those of runs that were killed. */
@Injectable()
export class RunArtifactService {
  private readonly artifact: RunArtifact;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = MIN_PAUSE_MS;
  private writing: Promise<void> = Promise.resolve();
  private isComplete = false;

  constructor(
    private readonly run: LedgerRun,
    private readonly server: ServerConfig,
    private readonly clock: Clock,
    private readonly tally: LedgerTally,
    private readonly logger: AppLogger,
  ) {
    this.artifact = new RunArtifact(server.artifactsDir, run.identity, run.directory);
  }

  /** The artifact is behind; it is written within the pause. */
  wake(): void {
    if (this.timer || this.isComplete) return;
    this.timer = setTimeout(() => {
      void this.write().finally(() => (this.timer = undefined));
    }, this.pauseMs);
    this.timer.unref();
  }

  /** Brings the artifact up to date; a failure is logged and tried again with the next report. */
  async write(): Promise<void> {
    if (!this.isComplete) await this.enqueue({});
  }

  /** Writes the last version of this run. */
  async complete(): Promise<void> {
    clearTimeout(this.timer);
    this.isComplete = true;
    await this.enqueue({ completed_at: this.clock.now().toISOString() });
    const { length, head } = this.artifact.chain;
    // Kept apart from the file, so that a file that was written anew can be told.
    this.logger.log(
      `The artifact of run ${this.run.runId} is complete: ${length} entries, chain ends with ${head}`,
      'ErrorLedger',
    );
  }

  exportedBytes(file: string): number {
    return this.artifact.exportedBytes(file);
  }

  /**
   * Completes the artifact of a run whose process died.
   *
   * @param conservation what became of its reports, once they are stored; before that all that is new counts as backlog
   */
  async recover(
    run: RunIdentity,
    files: readonly { name: string; durableBytes: number }[],
    conservation?: Conservation,
  ): Promise<void> {
    const artifact = new RunArtifact(this.server.artifactsDir, run, this.run.directory);
    await artifact.resume();
    await artifact.export(files, { recovered_at: this.clock.now().toISOString() }, conservation);
  }

  private enqueue(more: Readonly<Record<string, unknown>>): Promise<void> {
    this.writing = this.writing.then(async () => {
      const start = performance.now();
      try {
        await this.artifact.export(this.run.log.files, more, this.tally.conservation);
      } catch (error) {
        this.run.selfLog.write('artifact', error);
        this.logger.warn(`The error artifact cannot be written: ${String(error)}`, 'ErrorLedger');
      }
      this.pauseMs = Math.max(MIN_PAUSE_MS, (performance.now() - start) * PAUSE_FACTOR);
    });
    return this.writing;
  }
}
