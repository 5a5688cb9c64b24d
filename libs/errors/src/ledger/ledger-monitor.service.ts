import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type ComponentHealth, HealthRegistry } from '#platform/health';
import { Metrics } from '#platform/observability';
import { PRESSURE_STAGES, type PressureStage } from './pressure.js';
import { LedgerConsumerService } from './ledger-consumer.service.js';
import { LedgerPressureService } from './ledger-pressure.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

/** What the ledger does at each stage of pressure. */
const STAGE_WORDS: Readonly<Record<Exclude<PressureStage, 'normal'>, string>> = {
  sampling: 'most repeats are kept without detail',
  shedding: 'repeats are kept without detail, and reports of low severity are refused',
  refusing: 'reports are refused',
};

/** Shows operators how the ledger is: health and metrics. */
@Injectable()
export class LedgerMonitorService implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
    private readonly tally: LedgerTallyService,
    private readonly consumer: LedgerConsumerService,
    private readonly pressure: LedgerPressureService,
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
      () => this.pressure.backlogBytes,
    );
    this.metrics.gauge(
      'error_ledger_disk_free_bytes',
      'Free space of the disk that holds the write-ahead files, in bytes.',
      () => this.pressure.freeBytes,
    );
    this.metrics.labelledGauge(
      'error_ledger_stage',
      'What the ledger does with reports as the disk fills up: 1 at the present stage, 0 at the others.',
      'stage',
      () => Object.fromEntries(PRESSURE_STAGES.map((stage) => [stage, stage === this.pressure.stage ? 1 : 0])),
    );
  }

  private check(): ComponentHealth {
    const { backlog, quarantined } = this.tally.conservation;
    const backlogAgeSeconds = Math.round(this.consumer.backlogAgeSeconds);
    const { stage, backlogBytes } = this.pressure;
    const message = this.complaint();
    const figures = { stage, backlog, backlogBytes, backlogAgeSeconds, quarantined };
    return message === undefined ? { status: 'healthy', ...figures } : { status: 'degraded', message, ...figures };
  }

  /** What is not well; each of these ends by itself when the database takes reports again or the disk has room. */
  private complaint(): string | undefined {
    const { stalledSince } = this.consumer;
    if (stalledSince) return `the database takes no reports since ${stalledSince.toISOString()}; they are kept on disk`;
    const { stage } = this.pressure;
    return stage === 'normal'
      ? undefined
      : `${STAGE_WORDS[stage]}: too many reports wait on disk, or it is nearly full`;
  }
}
