import { Injectable } from '@nestjs/common';
import { ServerConfig } from '#config';
import { inTime } from '#platform/database';
import { Clock } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { Conservation } from '../write-ahead/conservation.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import { type Resolutions, RunArtifact } from './run-artifact.js';
import { RunRepository } from './run.repository.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

/** Shortest pause between two writes of the artifact. */
const MIN_PAUSE_MS = 500;

/** A pause is at least so many times the last write, so that a large artifact cannot take more than a twentieth of the time. */
const PAUSE_FACTOR = 20;

/** A database that does not answer for so long is away. */
const PATIENCE_MS = 2_000;

/** Entries that are told to be resolved in the file, so that memory is bounded; the route of the run tells all. */
const MAX_RESOLUTIONS = 200_000;

/** Keeps the artifact of this run up to date, and completes those of runs that were killed. */
@Injectable()
export class RunArtifactService {
  private readonly artifact: RunArtifact;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = MIN_PAUSE_MS;
  private writing: Promise<void> = Promise.resolve();
  private looking = Promise.resolve(false);
  private isComplete = false;
  private known: { state: string; resolutions: Resolutions } = { state: '', resolutions: new Map() };

  constructor(
    private readonly run: CurrentRunService,
    private readonly selfLog: SelfLogService,
    private readonly server: ServerConfig,
    private readonly clock: Clock,
    private readonly tally: LedgerTallyService,
    private readonly runs: RunRepository,
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

  /** Takes in what was decided about this run's entries since, here or in another process; never rejects. */
  async tellResolutions(): Promise<void> {
    if (this.isComplete || !(await this.lookForResolutions(false))) return;
    await this.write();
  }

  /** Writes the last version of this run. */
  async complete(): Promise<void> {
    clearTimeout(this.timer);
    // New entries of groups that are resolved already are told here at the latest.
    await this.lookForResolutions(true);
    this.isComplete = true;
    await this.enqueue({ completed_at: this.clock.now().toISOString() });
    const { length, head } = this.artifact.chain;
    // Kept apart from the file, so that a file that was written anew can be told.
    this.logger.log(
      `The artifact of run ${this.run.runId} is complete: ${length} entries, chain ends with ${head}`,
      'ErrorLedger',
    );
  }

  /** Whether there is something to tell. @param isLast looks even when no group was resolved or reopened since */
  private lookForResolutions(isLast: boolean): Promise<boolean> {
    // One after the other: what an earlier look found must not take the place of what a later one did.
    this.looking = this.looking.then(() => this.look(isLast));
    return this.looking;
  }

  private async look(isLast: boolean): Promise<boolean> {
    try {
      const state = await inTime(this.runs.resolutionState(), PATIENCE_MS);
      if (state === this.known.state && (!isLast || state === '')) return false;
      const resolutions = await inTime(this.runs.resolutionsOf(this.run.runId, MAX_RESOLUTIONS), PATIENCE_MS);
      this.known = { state, resolutions };
      return true;
    } catch (error) {
      // The database is away; the next look tells.
      this.selfLog.write('resolutions', error);
      return false;
    }
  }

  /** A report of this run was read, from the line at this offset: it need not be read again. */
  noteRead(file: string, offset: number, occurrence: Occurrence): void {
    if (offset >= this.artifact.exportedBytes(file)) this.artifact.atHand.keep(file, offset, occurrence);
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
        await this.artifact.export(this.run.log.files, more, this.tally.conservation, this.known.resolutions);
      } catch (error) {
        this.selfLog.write('artifact', error);
        this.logger.warn(`The error artifact cannot be written: ${String(error)}`, 'ErrorLedger');
      }
      this.pauseMs = Math.max(MIN_PAUSE_MS, (performance.now() - start) * PAUSE_FACTOR);
    });
    return this.writing;
  }
}
