import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ServerConfig } from '#config';
import { Clock } from '#platform/kernel';
import { VERSION } from '#platform/observability';
import { newRunId, type RunIdentity } from './run-identity.js';
import { errorsFolder, WriteAheadDirectory } from './write-ahead-directory.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** This life of the process: its name, its folder and its write-ahead log. Every start is a new run. */
@Injectable()
export class CurrentRunService {
  readonly identity: RunIdentity;
  readonly directory: WriteAheadDirectory;
  readonly log: WriteAheadLog;

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
    this.directory = new WriteAheadDirectory(errorsFolder(server));
    this.directory.claim(this.identity);
    this.log = new WriteAheadLog(this.directory, this.identity.runId);
  }

  get runId(): string {
    return this.identity.runId;
  }
}
