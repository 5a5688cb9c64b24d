import { Injectable } from '@nestjs/common';
import type { Conservation } from '../domain/ledger-run.js';

/** What became of the reports of this run so far; read by health, metrics, statistics and the artifact. */
@Injectable()
export class LedgerTally {
  private received = 0;
  private refused = 0;
  private accepted = 0;
  private stored = 0;
  private duplicate = 0;
  private quarantined = 0;

  /** Reports came in at a door. */
  receive(count: number): void {
    this.received += count;
  }

  /** Reports that were received are on disk. */
  accept(count: number): void {
    this.accepted += count;
  }

  /** Reports that were received are not kept, and their sender was told so. */
  refuse(count: number): void {
    this.refused += count;
  }

  /** Reports reached the database. */
  settle(stored: number, duplicate: number, quarantined: number): void {
    this.stored += stored;
    this.duplicate += duplicate;
    this.quarantined += quarantined;
  }

  get conservation(): Conservation {
    const { received, stored, duplicate, quarantined, refused } = this;
    return {
      received,
      stored,
      duplicate,
      quarantined,
      refused,
      backlog: this.accepted - stored - duplicate - quarantined,
    };
  }
}
