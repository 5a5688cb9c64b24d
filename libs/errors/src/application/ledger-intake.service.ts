import { Injectable } from '@nestjs/common';
import { ErrorsConfig } from '#config';
import { LedgerFullError, LedgerUnwritableError } from '../domain/errors.exceptions.js';
import type { Occurrence } from '../domain/occurrence.js';
import { encodeWalLine } from '../domain/wal-line.js';
import { LedgerConsumer } from './ledger-consumer.service.js';
import { LedgerRun } from './ledger-run.js';
import { LedgerTally } from './ledger-tally.js';

/** The door every report goes through: what passes it is on disk. */
@Injectable()
export class LedgerIntake {
  private sequence = 0;

  constructor(
    private readonly run: LedgerRun,
    private readonly tally: LedgerTally,
    private readonly consumer: LedgerConsumer,
    private readonly config: ErrorsConfig,
  ) {}

  /**
   * Accepts reports of one sender, all or none; resolves when they are durable.
   *
   * @throws LedgerFullError when too much waits for the database
   * @throws LedgerUnwritableError when the disk refuses
   */
  async accept(occurrences: readonly Occurrence[]): Promise<void> {
    const count = occurrences.length;
    const projectId = occurrences[0]?.projectId;
    this.tally.receive(count, projectId);
    if (this.consumer.backlogBytes >= this.config.maxBacklogMb * 1024 * 1024) {
      this.tally.refuse(count, projectId);
      throw new LedgerFullError();
    }
    const lines = occurrences.map((occurrence) => encodeWalLine({ sequence: ++this.sequence, occurrence }));
    try {
      await this.run.log.append(lines);
    } catch (cause) {
      this.tally.refuse(count, projectId);
      throw new LedgerUnwritableError(undefined, { cause });
    }
    this.tally.accept(count, projectId);
    this.consumer.wake();
  }

  /** Accepts a report before returning; for a process about to die. */
  acceptSync(occurrence: Occurrence): void {
    this.tally.receive(1);
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
    this.tally.receive(count, projectId);
    this.tally.refuse(count, projectId);
  }
}
