import { hostname } from 'node:os';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ServerConfig } from '#config';
import { Clock } from '#platform/kernel';
import { VERSION } from '#platform/observability';
import { newRunId } from './conservation.js';
import { WriteAheadDirectory, type RunIdentity } from './write-ahead-directory.js';
import { SelfLogService } from './self-log.service.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** This life of the process: its name, its folder and its write-ahead log. Every start is a new run. */
@Injectable()
export class CurrentRunService {
  readonly identity: RunIdentity;
  readonly directory: WriteAheadDirectory;
  readonly log: WriteAheadLog;
  readonly selfLog: SelfLogService;

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
    this.directory = new WriteAheadDirectory(path.join(server.dataDir, 'errors'));
    this.directory.claim(this.identity);
    this.log = new WriteAheadLog(this.directory, this.identity.runId);
    this.selfLog = new SelfLogService(this.directory.dir);
  }

  get runId(): string {
    return this.identity.runId;
  }
}
