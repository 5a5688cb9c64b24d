import { Injectable } from '@nestjs/common';
import type { Conservation } from '../domain/ledger-run.js';
import { LedgerRun } from './ledger-run.js';
import { LedgerTally } from './ledger-tally.js';

/** The count of this run together with that of all others. */
@Injectable()
export class LedgerAccounts {
  constructor(
    private readonly run: LedgerRun,
    private readonly tally: LedgerTally,
  ) {}

  get runId(): string {
    return this.run.runId;
  }

  plus(others: Omit<Conservation, 'backlog'>): Conservation {
    const own = this.tally.conservation;
    const settledElsewhere = others.stored + others.duplicate + others.quarantined + others.refused;
    return {
      received: own.received + Math.max(others.received, settledElsewhere),
      stored: own.stored + others.stored,
      duplicate: own.duplicate + others.duplicate,
      quarantined: own.quarantined + others.quarantined,
      backlog: own.backlog + Math.max(0, others.received - settledElsewhere),
      refused: own.refused + others.refused,
    };
  }
}
