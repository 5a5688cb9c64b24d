import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ScheduledJobs } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { AlertOutboxRepository } from './alert-outbox.repository.js';
import { AlertRepository } from './alert.repository.js';

/** Settled calls are kept this long, for people who look. */
const KEEP_MS = 30 * 86_400_000;

/** Timed work of alerts: rates are looked at every ten seconds, old calls are removed. */
@Injectable()
export class AlertUpkeepJob implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: ScheduledJobs,
    private readonly outbox: AlertOutboxRepository,
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
