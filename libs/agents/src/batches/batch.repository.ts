import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AgentEntity } from '../tables/agent.entity.js';
import { BatchEntity, type BatchOperation } from '../tables/batch.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { TaskState } from '../tasks/task-state.js';

export type { BatchOperation };

/** A batch that is taken. */
export interface NewBatch {
  readonly id: string;
  readonly createdBy: string;
  readonly operations: readonly BatchOperation[];
}

/** A batch that was taken. */
export interface Batch extends NewBatch {
  readonly createdAt: Date;
}

/** Batches, so that they can be looked at again, with what was asked of each operation. */
@Injectable()
export class BatchRepository {
  constructor(protected readonly database: Database) {}

  async insert(tx: Transaction, batch: NewBatch): Promise<void> {
    await tx.insertMany(BatchEntity, [batch]);
  }

  async find(id: string): Promise<Batch | undefined> {
    return (await this.database.repository(BatchEntity).findOneBy({ id })) ?? undefined;
  }

  /** Newest first. @param createdBy whose; `undefined` is everybody's */
  list(createdBy: string | undefined, before: string | undefined, limit: number): Promise<Batch[]> {
    return this.database.repository(BatchEntity).find({
      where: { ...(createdBy !== undefined && { createdBy }), ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** How many tasks of each batch are in each state, of agents of these roles. */
  async countStates(
    batches: readonly Batch[],
    roles: readonly ExecutorRole[],
  ): Promise<Map<string, Map<TaskState, number>>> {
    const counts = new Map<string, Map<TaskState, number>>();
    const ids = batches.flatMap(({ operations }) => operations.flatMap(({ taskId }) => taskId ?? []));
    if (ids.length === 0) return counts;
    const rows = await this.database
      .repository(TaskEntity)
      .createQueryBuilder('t')
      .innerJoin(AgentEntity, 'a', 'a.id = t.agentId')
      .select('t.batchId', 'batch')
      .addSelect('t.state', 'state')
      .addSelect('count(*)', 'n')
      .where({ id: In(ids) })
      .andWhere('a.minimumRole IN (:...roles)', { roles })
      .groupBy('t.batchId')
      .addGroupBy('t.state')
      .getRawMany<{ batch: string; state: TaskState; n: string }>();
    for (const { batch, state, n } of rows) {
      counts.set(batch, (counts.get(batch) ?? new Map<TaskState, number>()).set(state, Number(n)));
    }
    return counts;
  }
}
