import { Injectable } from '@nestjs/common';
import { type EntityTarget, In, IsNull, LessThan, Not, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { BatchEntity } from '../tables/batch.entity.js';
import { TaskDependencyEntity } from '../tables/task-dependency.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import type { EndedState } from '../tasks/task-state.js';

/** How long ended tasks of each state are kept. */
export interface Retention {
  /** Days by state; 0 is for ever. */
  readonly days: Readonly<Record<EndedState, number>>;
  /** How many of each state are kept at most; 0 is any number. */
  readonly most: number;
}

/** Instants by state, in their order: what ended before may go. A state without one is kept for ever. */
export type EndedBefore = ReadonlyMap<EndedState, Date>;

/** A row that the next page comes after. */
export interface Place {
  /** Its time, for the case that it is gone by then. */
  readonly at: Date;
  readonly id: string;
}

const DAY_MS = 86_400_000;

/** Removes what ended long ago, a little at a time; its events go with a task, its keys and dependencies too. */
@Injectable()
export class TaskRemovalRepository {
  constructor(private readonly database: Database) {}

  /** By the database's clock; never within the last day. */
  async limits({ days, most }: Retention): Promise<EndedBefore> {
    const now = (await this.database.now()).getTime();
    const limits: [EndedState, Date][] = [];
    for (const [state, kept] of Object.entries(days) as [EndedState, number][]) {
      const bounds = kept > 0 ? [now - kept * DAY_MS] : [];
      const last = most > 0 ? await this.lastKept(state, most) : undefined;
      if (last) bounds.push(last.getTime());
      // Of two limits the stricter one holds.
      if (bounds.length > 0) limits.push([state, new Date(Math.min(now - DAY_MS, Math.max(...bounds)))]);
    }
    return new Map(limits.sort(([, a], [, b]) => a.getTime() - b.getTime()));
  }

  /**
   * Removes tasks of no batch, the oldest first; what is needed and what somebody works on is passed over.
   *
   * @param before what ended before
   * @returns where the next page begins; `undefined` after the last one
   */
  async removeEnded(
    state: EndedState,
    before: Date,
    limit: number,
    after?: Place,
  ): Promise<{ removed: number; next: Place | undefined }> {
    return this.database.transaction(async (tx) => {
      await tx.permit('removal-of-ended-tasks');
      const ended = tx.repository(TaskEntity).createQueryBuilder('t').where({ state, batchId: IsNull() });
      ended.andWhere({ finishedAt: LessThan(before) });
      const tasks = await lockTasks(behind(ended, TaskEntity, 't.finishedAt', after).limit(limit));
      const needed = await neededOf(tx, tasks);
      const ids = tasks.flatMap(({ id }) => (needed.has(id) ? [] : id));
      if (ids.length > 0) await tx.repository(TaskEntity).delete({ id: In(ids) });
      const last = tasks.length === limit ? tasks.at(-1) : undefined;
      return { removed: ids.length, next: last && { at: last.finishedAt ?? before, id: last.id } };
    });
  }

  /** Batches that are old enough to have ended long ago, the oldest first. */
  async oldBatches(before: Date, limit: number, after?: Place): Promise<Place[]> {
    const batches = this.database.repository(BatchEntity).createQueryBuilder('b').select(['b.id', 'b.createdAt']);
    batches.where({ createdAt: LessThan(before) });
    const found = await behind(batches, BatchEntity, 'b.createdAt', after).limit(limit).getMany();
    return found.map(({ id, createdAt }) => ({ at: createdAt, id }));
  }

  /**
   * Removes a batch with all of its tasks, so that its results never have a hole.
   *
   * @returns tasks removed; none while the time of one has not come
   */
  async removeBatch({ id }: Place, limits: EndedBefore): Promise<number> {
    return this.database.transaction(async (tx) => {
      await tx.permit('removal-of-ended-tasks');
      const [tasks, batches] = [tx.repository(TaskEntity), tx.repository(BatchEntity)];
      const batch = await batches.findOneBy({ id });
      const ids = (batch?.operations ?? []).flatMap(({ taskId }) => taskId ?? []);
      if (ids.length === 0) {
        const before = limits.get('failed');
        if (before) await batches.delete({ id, createdAt: LessThan(before) });
        return 0;
      }
      const ended = [...limits].map(([state, before]) => ({ state, finishedAt: LessThan(before) }));
      const builder = tasks
        .createQueryBuilder('t')
        .where({ id: In(ids) })
        .andWhere(ended);
      const locked = await lockTasks(builder.orderBy('t.id'));
      if (locked.length < ids.length || (await neededOf(tx, locked, ids)).size > 0) return 0;
      const { affected } = await tasks.delete({ id: In(ids) });
      await batches.delete({ id });
      return affected ?? 0;
    });
  }

  /** Removes workers that were silent for so many days and hold nothing. @returns how many */
  async removeWorkers(days: number, limit: number): Promise<number> {
    const workers = this.database.repository(WorkerEntity);
    const isSilent = { lastSeenAt: this.database.dialect.past(days * (DAY_MS / 1000)) };
    const builder = workers.createQueryBuilder('w').select('w.id').where(isSilent).limit(limit);
    const held = builder.subQuery().select('t.id').from(TaskEntity, 't');
    // Not parameters: an index has these two.
    builder.andWhere(`NOT EXISTS ${held.where("t.workerId = w.id AND t.state IN ('leased', 'running')").getQuery()}`);
    const ids = (await builder.getMany()).map(({ id }) => id);
    if (ids.length === 0) return 0;
    // Not one that was heard of meanwhile.
    return (await workers.delete({ id: In(ids), ...isSilent })).affected ?? 0;
  }

  /** When the last one ended of so many of a state that are kept. */
  private async lastKept(state: EndedState, most: number): Promise<Date | undefined> {
    const [last] = await this.database.repository(TaskEntity).find({
      select: { id: true, finishedAt: true },
      where: { state, finishedAt: Not(IsNull()) },
      order: { finishedAt: 'DESC' },
      skip: most - 1,
      take: 1,
    });
    return last?.finishedAt ?? undefined;
  }
}

/** Orders a list by a time and by id, and lets it begin behind a place: by the time that is stored, which is finer than a Date. */
function behind<T extends ObjectLiteral>(
  builder: SelectQueryBuilder<T>,
  entity: EntityTarget<ObjectLiteral>,
  time: string,
  after: Place | undefined,
): SelectQueryBuilder<T> {
  builder.orderBy(time).addOrderBy(`${builder.alias}.id`);
  if (after === undefined) return builder;
  const stored = builder.subQuery().select(time.replace(/^\w+/, 'p')).from(entity, 'p').where('p.id = :id').getQuery();
  const at = `COALESCE(${stored}, :at)`;
  return builder.andWhere(`${time} >= ${at} AND (${time} > ${at} OR ${builder.alias}.id > :id)`, { ...after });
}

/** Tasks that may go; what somebody works on is passed over. */
function lockTasks(builder: SelectQueryBuilder<TaskEntity>): Promise<TaskEntity[]> {
  builder.select(['t.id', 't.finishedAt', 't.hasDependents']);
  return builder.setLock('pessimistic_write').setOnLocked('skip_locked').getMany();
}

/**
 * Of locked tasks, those that another one still asks for: what waits for it, and of one that did not succeed whatever could be retried, as
 * that would go on as if it had.
 *
 * @param leaving ids of tasks that ask for nothing, as they go too
 */
async function neededOf(
  tx: Transaction,
  tasks: readonly TaskEntity[],
  leaving: readonly string[] = [],
): Promise<Set<string>> {
  const awaited = tasks.flatMap(({ id, hasDependents }) => (hasDependents ? id : []));
  if (awaited.length === 0) return new Set();
  const rows = await tx
    .repository(TaskDependencyEntity)
    .createQueryBuilder('d')
    .innerJoin(TaskEntity, 't', 't.id = d.dependsOn')
    .innerJoin(TaskEntity, 'o', 'o.id = d.taskId')
    .select('d.dependsOn', 'id')
    .distinct(true)
    .where({ dependsOn: In(awaited), taskId: Not(In(leaving)) })
    .andWhere(
      `(o.state IN ('queued', 'leased', 'running', 'waiting_approval') OR t.state <> 'succeeded' AND o.state <> 'succeeded')`,
    )
    .getRawMany<{ id: string }>();
  return new Set(rows.map(({ id }) => id));
}
