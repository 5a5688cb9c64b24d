import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ComponentHealth, HealthRegistry } from '#platform/health';
import { Metrics } from '#platform/observability';
import { LedgerConsumer } from './ledger-consumer.service.js';
import { LedgerTally } from './ledger-tally.js';

/** Shows operators how the ledger is: health and metrics. */
@Injectable()
export class LedgerSignals implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
    private readonly tally: LedgerTally,
    private readonly consumer: LedgerConsumer,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'errorLedger', essential: false, check: () => Promise.resolve(this.check()) });
    this.metrics.labelledGauge(
      'error_ledger_reports',
      'Reports of this run by what became of them; received is the sum of the others.',
      'state',
      () => ({ ...this.tally.conservation }),
    );
    this.metrics.gauge(
      'error_ledger_backlog_bytes',
      'Accepted reports on disk that are not yet in the database, in bytes.',
      () => this.consumer.backlogBytes,
    );
  }

  private check(): ComponentHealth {
    const { backlog, quarantined } = this.tally.conservation;
    const backlogAgeSeconds = Math.round(this.consumer.backlogAgeSeconds);
    const isStalled = this.consumer.stalledSince !== undefined;
    return { status: isStalled ? 'degraded' : 'healthy', backlog, backlogAgeSeconds, quarantined };
  }
}
