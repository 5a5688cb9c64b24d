import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { ErrorsConfig } from '#config';
import { Metrics } from '#platform/observability';
import { LedgerFullException, LedgerSheddingException } from '../occurrences/errors.exceptions.js';
import { groupingOf } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import {
  isShed,
  type KeptReport,
  type PressureStage,
  pressureStageOf,
  SAMPLE_EVERY,
  withoutDetail,
} from './pressure.js';
import { DeadRunRecoveryService } from './dead-run-recovery.service.js';
import { LedgerConsumerService } from './ledger-consumer.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';

const MB = 1024 * 1024;

/** How long a look at the free space of the disk stands. */
const DISK_FRESH_MS = 2_000;

/** Failures whose repeats are told apart; beyond it the count starts anew, and more is kept whole. */
const MAX_FAILURES = 10_000;

/** Decides by the bytes on disk what is kept of a report. */
@Injectable()
export class LedgerPressureService {
  private readonly repeats = new Map<string, number>();
  private readonly trimmed;
  private disk: { freeBytes: number; lookedAt: number };

  constructor(
    private readonly run: CurrentRunService,
    private readonly selfLog: SelfLogService,
    private readonly consumer: LedgerConsumerService,
    private readonly recovery: DeadRunRecoveryService,
    private readonly config: ErrorsConfig,
    metrics: Metrics,
  ) {
    this.trimmed = metrics.counter('error_ledger_trimmed_total', 'Repeats kept without detail to save disk.');
    this.disk = { freeBytes: freeOf(statfsSync(run.directory.dir)), lookedAt: Date.now() };
  }

  /** Accepted bytes that are not in the database, of this run and of dead ones. */
  get backlogBytes(): number {
    return this.consumer.backlogBytes + this.recovery.backlogBytes;
  }

  /** Free bytes of the disk that holds the write-ahead files, a few seconds old at most while reports come in. */
  get freeBytes(): number {
    if (Date.now() - this.disk.lookedAt > DISK_FRESH_MS) void this.look();
    return this.disk.freeBytes;
  }

  get stage(): PressureStage {
    const { maxBacklogMb, minFreeDiskMb } = this.config;
    return pressureStageOf({
      backlogBytes: this.backlogBytes,
      maxBacklogBytes: maxBacklogMb * MB,
      freeBytes: this.freeBytes,
      minFreeBytes: minFreeDiskMb * MB,
    });
  }

  /**
   * What is kept of reports of one sender, all or none.
   *
   * @throws LedgerFullException when nothing is accepted
   * @throws LedgerSheddingException when none of them is grave enough
   */
  admit(occurrences: readonly Occurrence[]): KeptReport[] {
    const { stage } = this;
    if (stage === 'normal') {
      if (this.repeats.size > 0) this.repeats.clear();
      return occurrences.map((occurrence) => ({ occurrence }));
    }
    if (stage === 'refusing') throw new LedgerFullException();
    if (stage === 'shedding' && occurrences.every(isShed)) throw new LedgerSheddingException();
    return occurrences.map((occurrence) => this.sample(occurrence, stage));
  }

  private sample(occurrence: Occurrence, stage: PressureStage): KeptReport {
    const grouping = groupingOf(occurrence);
    const failure = `${occurrence.service}\0${grouping.key}`;
    const repeat = this.repeats.get(failure) ?? 0;
    if (this.repeats.size >= MAX_FAILURES) this.repeats.clear();
    this.repeats.set(failure, repeat + 1);
    const isWhole = stage === 'sampling' ? repeat % SAMPLE_EVERY === 0 : repeat === 0;
    if (isWhole) return { occurrence };
    this.trimmed.inc();
    return withoutDetail(occurrence, grouping);
  }

  private async look(): Promise<void> {
    this.disk.lookedAt = Date.now();
    try {
      this.disk.freeBytes = freeOf(await statfs(this.run.directory.dir));
    } catch (error) {
      // Whether the disk is there shows when it is written to.
      this.selfLog.write('free disk', error);
    }
  }
}

/** Bytes that this process may still write. */
function freeOf({ bavail, bsize }: { bavail: number; bsize: number }): number {
  return bavail * bsize;
}
