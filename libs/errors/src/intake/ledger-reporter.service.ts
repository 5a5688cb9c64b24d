import { Injectable } from '@nestjs/common';
import { ErrorReporter, type FailureReport } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { LedgerIntakeService } from '../ledger/ledger-intake.service.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { OccurrenceDraftService } from '../ledger/occurrence-draft.service.js';
import { SentryForwarderService } from '../sentry/sentry-forwarder.service.js';

/** The platform's port for failures, backed by the ledger. */
@Injectable()
export class LedgerReporterService extends ErrorReporter {
  constructor(
    private readonly drafts: OccurrenceDraftService,
    private readonly intake: LedgerIntakeService,
    private readonly run: CurrentRunService,
    private readonly sentry: SentryForwarderService,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  override async report(failure: FailureReport): Promise<string | undefined> {
    try {
      const occurrence = this.drafts.fromFailure(failure);
      await this.intake.accept([occurrence]);
      this.sentry.offer(occurrence);
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
    this.run.selfLog.write(what, error);
    this.logger.error(error, 'ErrorLedger');
  }
}
