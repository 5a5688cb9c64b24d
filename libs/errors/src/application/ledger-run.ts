import { hostname } from 'node:os';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ServerConfig } from '#config';
import { Clock } from '#platform/kernel';
import { VERSION } from '#platform/observability';
import { newRunId } from '../domain/ledger-run.js';
import { LedgerDirectory, type RunIdentity } from '../infrastructure/ledger-directory.js';
import { SelfLog } from '../infrastructure/self-log.js';
import { WriteAheadLog } from '../infrastructure/write-ahead-log.js';

/** This life of the process: its name, its folder and its write-ahead log. Every start is a new run. */
@Injectable()
export class LedgerRun {
  readonly identity: RunIdentity;
  readonly directory: LedgerDirectory;
  readonly log: WriteAheadLog;
  readonly selfLog: SelfLog;

  constructor(server: ServerConfig, environment: EnvironmentConfig, clock: Clock) {
    const startedAt = clock.now();
    this.identity = {
      runId: newRunId(startedAt),
      startedAt: startedAt.toISOString(),
      service: environment.serviceName,
      release: environment.release ?? VERSION,
      environment: environment.name,
      platform: `${process.platform} ${process.arch}`,
      nodeVersion: process.version,
      host: hostname(),
      pid: process.pid,
    };
    this.directory = new LedgerDirectory(path.join(server.dataDir, 'errors'));
    this.directory.claim(this.identity);
    this.log = new WriteAheadLog(this.directory, this.identity.runId);
    this.selfLog = new SelfLog(this.directory.dir);
  }

  get runId(): string {
    return this.identity.runId;
  }
}
