import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { AWAY_MS, TaskLeaseRepository } from '../attempts/task-lease.repository.js';
import { AttemptOutcomeService } from '../attempts/attempt-outcome.service.js';

/** Tasks swept in one transaction. */
const AT_ONCE = 50;

/**
 * Takes tasks back whose lease ran out. After the database or this process was away, which is no fault of those who hold leases, they
 * get the time of one lease to extend theirs and to hand in what they have done meanwhile.
 */
@Injectable()
export class ExpiredLeaseService {
  private sweptAt: Date | undefined;
  private patientUntil = 0;

  constructor(
    private readonly leases: TaskLeaseRepository,
    private readonly outcomes: AttemptOutcomeService,
    private readonly config: AgentsConfig,
  ) {}

  /** To be called every second or so: what comes late was kept from it. */
  async sweep(): Promise<void> {
    const now = await this.leases.now();
    const wasAway = this.sweptAt !== undefined && now.getTime() - this.sweptAt.getTime() > AWAY_MS;
    this.sweptAt = now;
    if (wasAway) this.patientUntil = now.getTime() + this.config.leaseSeconds * 1000;
    if (now.getTime() < this.patientUntil) return;
    while ((await this.outcomes.expire(AT_ONCE, now)) === AT_ONCE);
  }
}
