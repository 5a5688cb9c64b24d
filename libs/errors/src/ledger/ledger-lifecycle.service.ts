import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedWork } from '#platform/jobs';
import { DeadRunRecoveryService } from './dead-run-recovery.service.js';
import { LedgerConsumerService } from './ledger-consumer.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';
import { RunArtifactService } from '../runs/run-artifact.service.js';
import { RunRegistrarService } from '../runs/run-registrar.service.js';

/** How often runs of dead processes are looked for, and the sign of life is renewed. */
const WATCH_MS = 20_000;

/** Longest the shutdown waits for the database; what is left is stored at the next start. */
const DRAIN_AT_SHUTDOWN_MS = 5_000;

/** Starts the ledger with the application and ends it before the database closes. */
@Injectable()
export class LedgerLifecycleService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly watch = new RepeatedWork(
    WATCH_MS,
    () => this.look(),
    (error) => this.selfLog.write('recovery', error),
  );

  constructor(
    private readonly run: CurrentRunService,
    private readonly selfLog: SelfLogService,
    private readonly consumer: LedgerConsumerService,
    private readonly artifact: RunArtifactService,
    private readonly recovery: DeadRunRecoveryService,
    private readonly registrar: RunRegistrarService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.artifact.write();
    this.consumer.start();
    this.watch.start();
    this.watch.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    this.recovery.stop();
    const watched = this.watch.stop();
    const { log, directory, runId } = this.run;
    await log.close();
    const isDrained = await this.consumer.finish(DRAIN_AT_SHUTDOWN_MS);
    await this.artifact.complete();
    await watched;
    try {
      const isExported = log.files.every(({ name, durableBytes }) => this.artifact.exportedBytes(name) >= durableBytes);
      if (isDrained && isExported) await this.registrar.close(log.files.map(({ name }) => name));
    } catch (error) {
      this.selfLog.write('shutdown', error);
    } finally {
      directory.release(runId);
    }
  }

  private async look(): Promise<void> {
    await this.recovery.rebuildArtifacts();
    await this.registrar.checkIn();
    await this.recovery.storeReports();
    await this.artifact.tellResolutions();
  }
}
