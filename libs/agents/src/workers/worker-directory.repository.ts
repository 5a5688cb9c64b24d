import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { Database } from '#platform/database';
import { WORKER_ALIVE_SECONDS } from '../registry/agent-health.js';
import { TaskEntity } from '../tables/task.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import { type KnownTask, readTasks, withAccess } from '../tasks/known-task.repository.js';
import type { KnownWorker } from './known-worker.js';

/** Which workers; everything given must hold. */
export interface WorkerFilter {
  readonly ownerId?: string | undefined;
  /** Only those that were heard of lately. */
  readonly isAlive?: boolean | undefined;
  /** Id before which the page begins; the newest come first. */
  readonly before?: string | undefined;
  readonly limit: number;
}

// Not parameters: an index has those that somebody works on, which are few however many tasks there are.
const IS_HELD = "t.state IN ('leased', 'running')";

/** Workers to look at. */
@Injectable()
export class WorkerDirectoryRepository {
  constructor(private readonly database: Database) {}

  /** By registration, newest first. */
  async list({ ownerId, isAlive, before, limit }: WorkerFilter): Promise<KnownWorker[]> {
    const { ahead, past } = this.database.dialect;
    const builder = this.database.repository(WorkerEntity).createQueryBuilder('w').orderBy('w.id', 'DESC').limit(limit);
    if (ownerId !== undefined) builder.andWhere({ ownerId });
    if (isAlive === true) builder.andWhere({ lastSeenAt: ahead(-WORKER_ALIVE_SECONDS) });
    if (isAlive === false) builder.andWhere({ lastSeenAt: past(WORKER_ALIVE_SECONDS) });
    if (before !== undefined) builder.andWhere({ id: LessThan(before) });
    return this.withHeld(await builder.getMany());
  }

  async find(id: string): Promise<KnownWorker | undefined> {
    const [worker] = await this.withHeld(await this.database.repository(WorkerEntity).findBy({ id }));
    return worker;
  }

  /** The tasks on which it has a lease, the oldest first. */
  heldBy(workerId: string, limit: number): Promise<KnownTask[]> {
    const builder = withAccess(this.database.repository(TaskEntity))
      .select(['t.id', 't.state', 't.createdBy', 't.startedAt', 't.leaseExpiresAt'])
      .where(IS_HELD)
      .andWhere({ workerId })
      .orderBy('t.id')
      .limit(limit);
    return readTasks(builder);
  }

  private async withHeld(workers: readonly WorkerEntity[]): Promise<KnownWorker[]> {
    if (workers.length === 0) return [];
    const rows = await this.database
      .repository(TaskEntity)
      .createQueryBuilder('t')
      .select('t.workerId', 'id')
      .addSelect('count(*)', 'held')
      .where(IS_HELD)
      .andWhere({ workerId: In(workers.map(({ id }) => id)) })
      .groupBy('t.workerId')
      .getRawMany<{ id: string; held: string }>();
    const held = new Map(rows.map((row) => [row.id, Number(row.held)]));
    return workers.map((worker) => ({ ...worker, held: held.get(worker.id) ?? 0 }));
  }
}
