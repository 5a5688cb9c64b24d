import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ErrorsConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { ErrorGroupRepository } from './error-group.repository.js';
import { OccurrenceRepository } from '../occurrences/occurrence.repository.js';

/** Occurrences removed by one statement, so that none holds locks for long. */
const REMOVE_AT_ONCE = 5_000;

/** Timed work of the ledger: groups are ignored only as long as was said, counts summed up, occurrences kept only as long as configured. */
@Injectable()
export class GroupUpkeepJob implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: ScheduledJobs,
    private readonly groups: ErrorGroupRepository,
    private readonly occurrences: OccurrenceRepository,
    private readonly clock: Clock,
    private readonly config: ErrorsConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.register({
      name: 'errors.reopen-ignored',
      everySeconds: 60,
      run: async () => {
        await this.groups.reopenExpired();
      },
    });
    this.jobs.register({
      name: 'errors.sum-counts',
      everySeconds: 60,
      run: async () => {
        await this.groups.sumCounts();
      },
    });
    this.jobs.register({
      name: 'errors.retention',
      everySeconds: 3_600,
      run: (signal) => this.removeExpired(signal),
    });
  }

  async removeExpired(signal: AbortSignal): Promise<void> {
    const [now, { retentionDays }] = [this.clock.now(), this.config];
    while (!signal.aborted) {
      if ((await this.occurrences.removeExpired(now, retentionDays, REMOVE_AT_ONCE)) < REMOVE_AT_ONCE) return;
    }
  }
}
