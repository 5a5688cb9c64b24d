import { truncate } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { AppLogger } from '#platform/observability';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import { completeBytes } from '../write-ahead/wal-reader.js';
import { LedgerDrainService } from './ledger-drain.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';
import { RunArtifactService } from '../runs/run-artifact.service.js';
import { RunRegistrarService } from '../runs/run-registrar.service.js';

interface LeftFile {
  name: string;
  durableBytes: number;
  /** How far it is stored. */
  offset: number;
}

/** Takes over the files of runs whose process was killed: completes their artifacts and stores what they hold. */
@Injectable()
export class DeadRunRecoveryService {
  private readonly found = new Map<string, { run: RunIdentity; files: LeftFile[] }>();
  private isStopped = false;

  constructor(
    private readonly run: CurrentRunService,
    private readonly selfLog: SelfLogService,
    private readonly drain: LedgerDrainService,
    private readonly artifact: RunArtifactService,
    private readonly registrar: RunRegistrarService,
    private readonly logger: AppLogger,
  ) {}

  /** Bytes that dead runs left and that are not in the database yet. */
  get backlogBytes(): number {
    const files = [...this.found.values()].flatMap((left) => left.files);
    return files.reduce((sum, { durableBytes, offset }) => sum + durableBytes - offset, 0);
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Finds dead runs and completes their artifacts; needs no database. */
  async rebuildArtifacts(): Promise<void> {
    for (const run of await this.run.directory.findDeadRuns()) {
      if (this.isStopped) return;
      if (this.found.has(run.runId)) continue;
      const files = await this.filesOf(run.runId);
      await this.artifact.recover(run, files);
      this.found.set(run.runId, { run, files });
    }
  }

  /** @throws whatever the database throws when it takes nothing; the files then wait for the next call */
  async storeReports(): Promise<void> {
    for (const { run, files } of [...this.found.values()]) {
      let stored = 0;
      for (const file of files) stored += await this.storeFile(run, file);
      if (this.isStopped) return;
      await this.artifact.recover(run, files, await this.registrar.recovered(run.runId));
      await this.registrar.closeDead(
        run.runId,
        files.map(({ name }) => name),
      );
      this.found.delete(run.runId);
      this.logger.warn(`Run ${run.runId} was cut off; ${stored} of its reports were stored only now`, 'ErrorLedger');
    }
  }

  private async storeFile(run: RunIdentity, left: LeftFile): Promise<number> {
    const file = { name: left.name, path: this.run.directory.walPath(left.name), limit: left.durableBytes };
    let stored = 0;
    while (!this.isStopped) {
      const settled = await this.drain.drainChunk(run, file, left.offset);
      if (!settled) break;
      left.offset = settled.offset;
      stored += settled.stored;
    }
    return stored;
  }

  /** What follows the last line feed was being written when the process died: nobody was told that it is kept. */
  private async filesOf(runId: string): Promise<LeftFile[]> {
    const { directory } = this.run;
    const files: LeftFile[] = [];
    for (const name of await directory.filesOf(runId)) {
      const size = await directory.sizeOf(name);
      const durableBytes = await completeBytes(directory.walPath(name), size);
      if (durableBytes < size) {
        this.selfLog.write('torn tail cut', { file: name, offset: durableBytes, bytes: size - durableBytes });
        await truncate(directory.walPath(name), durableBytes);
      }
      files.push({ name, durableBytes, offset: 0 });
    }
    return files;
  }
}
