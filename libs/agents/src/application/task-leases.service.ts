import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { Database } from '#platform/database';
import { Ids } from '#platform/kernel';
import type { AgentKind } from '../domain/agent.js';
import { LeaseLostError } from '../domain/agents.exceptions.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import { type ClaimedTask, type Lease, TaskQueueRepository } from '../infrastructure/task-queue.repository.js';

/** What a process can run by itself. */
export interface Abilities {
  readonly kinds: readonly AgentKind[];
  readonly handlers: readonly string[];
}

/** Most tasks taken in one transaction. */
const CLAIM_MAX = 50;

/** Taking, keeping and passing on leases, for the engine of this process. */
@Injectable()
export class TaskLeases {
  private readonly workerId: string;

  constructor(
    private readonly database: Database,
    private readonly queue: TaskQueueRepository,
    private readonly events: TaskEventRepository,
    private readonly config: AgentsConfig,
    ids: Ids,
  ) {
    this.workerId = ids.next();
  }

  /** Takes tasks; each has begun an attempt when this returns. */
  async claim({ kinds, handlers }: Abilities, room: number): Promise<ClaimedTask[]> {
    const { workerId } = this;
    const { leaseSeconds } = this.config;
    return this.database.transaction(async (tx) => {
      const claimant = { workerId, kinds, handlers, entering: 'running' as const, leaseSeconds };
      const claimed = await this.queue.claim(tx, claimant, Math.min(room, CLAIM_MAX));
      if (claimed.length > 0) {
        await this.events.append(
          tx,
          claimed.map(({ task }) => ({ taskId: task.id, type: 'started', data: { attempt: task.attempt, workerId } })),
        );
      }
      return claimed;
    });
  }

  /** The leases that are still held; `undefined` when the database cannot be asked. */
  async extend(leases: readonly Lease[]): Promise<Map<string, { isCancelRequested: boolean }> | undefined> {
    try {
      return await this.queue.extend(leases, this.config.leaseSeconds);
    } catch {
      return undefined;
    }
  }

  /** Lets a remote agent end the attempt by calling back. */
  async awaitCallback(lease: Lease): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.queue.awaitCallback(tx, lease))) throw new LeaseLostError();
      await this.events.append(tx, [{ taskId: lease.id, type: 'accepted' }]);
    });
  }

  /** Notes that the runner was told; failing to note it is not worth a failure. */
  async acknowledgeCancel(lease: Lease): Promise<void> {
    await this.queue.acknowledgeCancel(lease).catch(() => undefined);
  }
}
