import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { FinanceConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { ErrorReporter } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import { LedgerDriftException } from '../books/finance.exceptions.js';
import { type IntegrityReport, VerificationService } from './verification.service.js';

/** Longest a run may take before another replica tries. */
const LEASE_SECONDS = 3_600;

/** Works the ledger out again every so often; what does not add up is a critical error and a metric. */
@Injectable()
export class SelfAuditJob implements OnApplicationBootstrap {
  private latest: IntegrityReport | undefined;

  constructor(
    private readonly verification: VerificationService,
    private readonly jobs: ScheduledJobs,
    private readonly reporter: ErrorReporter,
    private readonly metrics: Metrics,
    private readonly config: FinanceConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.gauge(
      'finance_audit_problems',
      'Problems that the latest self-audit of this process found; 0 when the ledger is whole.',
      () => this.latest?.problemCount,
    );
    this.metrics.gauge(
      'finance_audit_block',
      'Number of the latest block that the self-audit of this process reached.',
      () => this.latest?.head.number,
    );
    this.jobs.register({
      name: 'finance.self-audit',
      everySeconds: this.config.auditSeconds,
      leaseSeconds: Math.max(LEASE_SECONDS, this.config.auditSeconds),
      run: (signal) => this.audit(signal),
    });
  }

  async audit(signal?: AbortSignal): Promise<void> {
    this.latest = await this.verification.verify(signal);
    const { valid, problemCount, problems, head } = this.latest;
    if (valid) return;
    const error = new LedgerDriftException(problemCount, problems[0]?.message ?? '');
    await this.reporter.report({ error, severity: 'critical', context: { problemCount, problems, head } });
  }
}
