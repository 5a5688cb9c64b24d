import { Injectable } from '@nestjs/common';
import { LedgerUnwritableException } from '../occurrences/errors.exceptions.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { KeptReport, PressureStage } from './pressure.js';
import { encodeWalLine } from '../write-ahead/wal-line.js';
import { LedgerConsumerService } from './ledger-consumer.service.js';
import { LedgerPressureService } from './ledger-pressure.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

/** The door every report goes through: what passes it is on disk. */
@Injectable()
export class LedgerIntakeService {
  private sequence = 0;

  constructor(
    private readonly run: CurrentRunService,
    private readonly tally: LedgerTallyService,
    private readonly consumer: LedgerConsumerService,
    private readonly pressure: LedgerPressureService,
  ) {}

  /**
   * Accepts reports of one sender, all or none; resolves when they are durable.
   *
   * @throws LedgerFullException when too much waits for the database, LedgerSheddingException when they are not grave enough for that
   * @throws LedgerUnwritableException when the disk refuses
   */
  async accept(occurrences: readonly Occurrence[]): Promise<void> {
    const count = occurrences.length;
    const projectId = occurrences[0]?.projectId;
    let kept: KeptReport[];
    try {
      kept = this.pressure.admit(occurrences);
    } catch (error) {
      this.tally.refuse(count, projectId);
      throw error;
    }
    const lines = kept.map((report) => encodeWalLine({ sequence: ++this.sequence, ...report }));
    try {
      await this.run.log.append(lines);
    } catch (cause) {
      this.tally.refuse(count, projectId);
      throw new LedgerUnwritableException(undefined, { cause });
    }
    this.tally.accept(count, projectId);
    this.consumer.wake();
  }

  /** How full the ledger's share of the disk is. */
  get stage(): PressureStage {
    return this.pressure.stage;
  }

  /** Accepts a report before returning; for a process about to die. */
  acceptSync(occurrence: Occurrence): void {
    try {
      this.run.log.appendSync(encodeWalLine({ sequence: ++this.sequence, occurrence }));
    } catch (error) {
      this.tally.refuse(1);
      throw error;
    }
    this.tally.accept(1);
    this.consumer.wake();
  }

  /** Counts reports that a door turned away before they could be read. */
  refuse(count: number, projectId?: number): void {
    this.tally.refuse(count, projectId);
  }
}
