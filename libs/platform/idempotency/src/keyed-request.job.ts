import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ServerConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { Clock } from '#platform/kernel';
import { KeyedRequestRepository } from './keyed-request.repository.js';

const DAY_MS = 86_400_000;

/** Rows that one statement deletes. */
const CHUNK = 1_000;

/** Forgets keys that nobody will use again. */
@Injectable()
export class KeyedRequestJob implements OnModuleInit {
  constructor(
    private readonly requests: KeyedRequestRepository,
    private readonly jobs: ScheduledJobs,
    private readonly config: ServerConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register({ name: 'idempotency.forget', everySeconds: 3_600, run: (signal) => this.forget(signal) });
  }

  private async forget(signal: AbortSignal): Promise<void> {
    const before = new Date(this.clock.millis() - this.config.idempotencyKeepDays * DAY_MS);
    while (!signal.aborted && (await this.requests.forget(before, CHUNK)) >= CHUNK);
  }
}
