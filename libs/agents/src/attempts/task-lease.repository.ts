import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { TaskEntity } from '../tables/task.entity.js';
import type { Lease } from '../tasks/lease.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { HELD_STATES } from '../tasks/task-state.js';

/** A database or process that was not heard of for longer was away, in milliseconds. */
export const AWAY_MS = 5_000;

const IS_HELD = In(HELD_STATES);

/** Leases on tasks: kept, and passed on. */
@Injectable()
export class TaskLeaseRepository {
  constructor(
    private readonly database: Database,
    private readonly events: TaskEventRepository,
  ) {}

  /** Extends leases that are still held; a lease that is missing from the answer was lost. */
  async extend(leases: readonly Lease[], seconds: number): Promise<Map<string, { isCancelRequested: boolean }>> {
    const tokens = new Map(leases.map(({ id, leaseToken }) => [id, leaseToken]));
    const { now, plus } = this.database.dialect;
    return this.database.transaction(async (tx) => {
      const tasks = tx.repository(TaskEntity);
      const named = tasks
        .createQueryBuilder('t')
        .select(['t.id', 't.leaseToken', 't.cancelRequestedAt'])
        .where({ id: In([...tokens.keys()]), state: IS_HELD })
        // In one order, so that two transactions cannot wait for each other.
        .orderBy('t.id');
      const held = (await tx.lockMany(named)).filter(({ id, leaseToken }) => leaseToken === tokens.get(id));
      const leaseExpiresAt = (): string => plus(now, ':seconds');
      const ids = held.map(({ id }) => id);
      const change = tasks.createQueryBuilder().update().set({ leaseExpiresAt }).setParameters({ seconds });
      if (ids.length > 0) await change.where({ id: In(ids) }).execute();
      return new Map(held.map(({ id, cancelRequestedAt }) => [id, { isCancelRequested: cancelRequestedAt !== null }]));
    });
  }

  /** The database's clock. */
  now(): Promise<Date> {
    return this.database.now();
  }

  /** From now on a callback ends the attempt, not this process: the lease lasts as long as the attempt may. */
  async awaitCallback(tx: Transaction, { id, leaseToken }: Lease): Promise<boolean> {
    const change = { awaitsCallback: true, leaseExpiresAt: () => 'deadline_at' };
    const { affected } = await tx.repository(TaskEntity).update({ id, leaseToken, state: IS_HELD }, change);
    return affected === 1;
  }

  /** Asks whoever runs a task that the caller has locked to stop. */
  async requestCancel(tx: Transaction, id: string, by: string): Promise<void> {
    const cancelRequestedAt = (): string => this.database.dialect.now;
    await tx.repository(TaskEntity).update({ id, cancelRequestedAt: IsNull() }, { cancelRequestedAt });
    await this.events.append(tx, [{ taskId: id, type: 'cancel_requested', data: { by } }]);
  }

  async acknowledgeCancel({ id, leaseToken }: Lease): Promise<void> {
    const cancelAcknowledgedAt = (): string => this.database.dialect.now;
    const where = { id, leaseToken, cancelAcknowledgedAt: IsNull() };
    await this.database.repository(TaskEntity).update(where, { cancelAcknowledgedAt });
  }
}
