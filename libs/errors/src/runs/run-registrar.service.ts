import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import type { Conservation } from '../write-ahead/conservation.js';
import { RunRepository } from './run.repository.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

/** Keeps the database's list of runs: what came in at their doors, and how they ended. */
@Injectable()
export class RunRegistrarService {
  constructor(
    private readonly run: CurrentRunService,
    private readonly tally: LedgerTallyService,
    private readonly runs: RunRepository,
    private readonly clock: Clock,
  ) {}

  /** Says that this run is alive and what it has received. */
  async checkIn(): Promise<void> {
    await this.run.directory.touch(this.run.runId);
    const { received, refused } = this.tally.conservation;
    await this.runs.countDoors(this.run.identity, received, refused);
    await this.runs.countProjectDoors(this.run.runId, this.tally.conservationByProject);
  }

  /** Ends this run; its files that are stored and exported go. */
  async close(files: readonly string[]): Promise<void> {
    const { directory, runId } = this.run;
    await this.checkIn();
    await this.runs.complete(runId, this.clock.now());
    await this.removeFiles(runId, files);
    if ((await directory.filesOf(runId)).length === 0) await directory.removeIdentity(runId);
  }

  /** Notes that all a dead run left is stored; returns what became of it. */
  async recovered(runId: string): Promise<Conservation> {
    return this.runs.markRecovered(runId, this.clock.now());
  }

  /** Removes what is left of a run whose process died. */
  async closeDead(runId: string, files: readonly string[]): Promise<void> {
    await this.removeFiles(runId, files);
    await this.run.directory.removeIdentity(runId);
  }

  /** The file first: a checkpoint without a file does no harm, a file without a checkpoint would be read again. */
  private async removeFiles(runId: string, files: readonly string[]): Promise<void> {
    for (const name of files) await this.run.directory.remove(name);
    await this.runs.forgetCheckpoints(runId);
  }
}
