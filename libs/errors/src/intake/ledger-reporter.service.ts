import { Injectable } from '@nestjs/common';
import { ErrorReporter, type FailureReport } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import type { Occurrence } from '../occurrences/occurrence.js';
import { LedgerIntakeService } from '../ledger/ledger-intake.service.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';
import { OccurrenceDraftService } from '../ledger/occurrence-draft.service.js';

/** The platform's port for failures, backed by the ledger. */
@Injectable()
export class LedgerReporterService extends ErrorReporter {
  private readonly listeners: ((occurrence: Occurrence) => void)[] = [];

  constructor(
    private readonly drafts: OccurrenceDraftService,
    private readonly intake: LedgerIntakeService,
    private readonly selfLog: SelfLogService,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  /** Whoever wants each failure of this process that is in the ledger; a listener returns at once and never throws. */
  onReported(listener: (occurrence: Occurrence) => void): void {
    this.listeners.push(listener);
  }

  override async report(failure: FailureReport): Promise<string | undefined> {
    try {
      const occurrence = this.drafts.fromFailure(failure);
      await this.intake.accept([occurrence]);
      for (const listener of this.listeners) listener(occurrence);
      return occurrence.errorId;
    } catch (error) {
      this.failed('report', error);
      return undefined;
    }
  }

  override reportFatal(failure: FailureReport): void {
    try {
      this.intake.acceptSync(this.drafts.fromFailure(failure));
    } catch (error) {
      this.failed('reportFatal', error);
    }
  }

  private failed(what: string, error: unknown): void {
    this.selfLog.write(what, error);
    this.logger.error(error, 'ErrorLedger');
  }
}
