import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { LeaseLostException } from '../tasks/agents.exceptions.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import type { Claimant, Room } from './claimant.js';
import { type Claim, TaskClaimRepository } from './task-claim.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import type { Lease } from '../tasks/lease.js';
import { TaskLeaseRepository } from './task-lease.repository.js';

/** Most tasks that anybody should take at once. */
export const CLAIM_MAX = 1_000;

/** Taking, keeping and passing on leases, for whoever runs tasks. */
@Injectable()
export class TaskLeaseService {
  constructor(
    private readonly database: Database,
    private readonly claims: TaskClaimRepository,
    private readonly leases: TaskLeaseRepository,
    private readonly events: TaskEventRepository,
  ) {}

  /** Fills rooms with tasks; each has begun an attempt when this returns. What is over budget is put aside on the way. */
  async claim(claimant: Claimant, rooms: readonly Room[]): Promise<readonly ClaimedTask[]> {
    for (;;) {
      const { started, overBudget } = await this.claimOnce(claimant, rooms);
      if (started.length > 0 || overBudget.length === 0) return started;
    }
  }

  private claimOnce(claimant: Claimant, rooms: readonly Room[]): Promise<Claim> {
    return this.database.transaction(async (tx) => {
      const agents = await this.claims.lockAgents(tx, claimant);
      if (agents.length === 0) return { started: [], overBudget: [] };
      return this.claims.claimLast(tx, agents, claimant.entering, rooms);
    });
  }

  /** The leases that are still held; `undefined` when the database cannot be asked. */
  async extend(
    leases: readonly Lease[],
    seconds: number,
  ): Promise<Map<string, { isCancelRequested: boolean }> | undefined> {
    try {
      return await this.leases.extend(leases, seconds);
    } catch {
      return undefined;
    }
  }

  /** Lets a remote agent end the attempt by calling back. */
  async awaitCallback(lease: Lease): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.leases.awaitCallback(tx, lease))) throw new LeaseLostException();
      await this.events.append(tx, [{ taskId: lease.id, type: 'accepted' }]);
    });
  }

  /** Notes that the runner was told. */
  async acknowledgeCancel(lease: Lease): Promise<void> {
    await this.leases.acknowledgeCancel(lease);
  }
}
