import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { AlertOutbox } from '../infrastructure/alert-outbox.repository.js';
import { AlertRepository } from '../infrastructure/alert.repository.js';

/** Settled calls are kept this long, for people who look. */
const KEEP_MS = 30 * 86_400_000;

/** Timed work of alerts: rates are looked at every ten seconds, old calls are removed. */
@Injectable()
export class AlertUpkeep implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: ScheduledJobs,
    private readonly outbox: AlertOutbox,
    private readonly alerts: AlertRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({
      name: 'errors.alert-rates',
      everySeconds: 10,
      run: () => this.outbox.enqueueRates(this.clock.now()),
    });
    this.jobs.register({
      name: 'errors.alert-retention',
      everySeconds: 3_600,
      run: () => this.alerts.removeDeliveriesBefore(new Date(this.clock.millis() - KEEP_MS)),
    });
  }
}
