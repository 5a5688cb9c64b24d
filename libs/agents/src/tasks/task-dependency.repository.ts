import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { TaskDependencyEntity } from '../tables/task-dependency.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { GLANCE, readTasks, toGlance, withAccess } from './known-task.repository.js';
import { type Caller, maySee } from './task-access.js';
import type { TaskFailure, TaskGlance } from './task.js';

/** A task that was ended because one it depends on did not succeed. */
export interface FailedDependent {
  readonly id: string;
  readonly agentId: string;
}

/** A task that waits for another. */
export interface DependencyLink {
  readonly taskId: string;
  readonly dependsOn: string;
}

/** Ids that one statement names: engines bound its parameters. */
const AT_ONCE = 10_000;

/** Which task waits for which. Whoever ends a task asks here, after its state is written, who waited for it. */
@Injectable()
export class TaskDependencyRepository {
  constructor(private readonly database: Database) {}

  /** The tasks by id, which keep their states until the transaction ends: nobody can end a task unseen meanwhile. */
  async lock(tx: Transaction, ids: readonly string[]): Promise<Map<string, TaskGlance>> {
    const glances = new Map<string, TaskGlance>();
    // In the order of their ids, so that two requests with the same dependencies cannot wait for each other.
    for (const some of parts([...ids].sort())) {
      const builder = withAccess(tx.repository(TaskEntity))
        .select(GLANCE)
        .where({ id: In(some) })
        .orderBy('t.id')
        .setLock('for_no_key_update', undefined, ['t']);
      for (const task of await readTasks(builder)) glances.set(task.id, toGlance(task));
    }
    return glances;
  }

  /**
   * Notes that tasks depend on others, also on such as have succeeded: these stay while what may read their output is open. All of them exist
   * and are locked or were inserted in this transaction.
   */
  async add(tx: Transaction, links: readonly DependencyLink[]): Promise<void> {
    if (links.length === 0) return;
    await tx.insertMany(TaskDependencyEntity, links);
    for (const some of parts([...new Set(links.map(({ dependsOn }) => dependsOn))])) {
      await tx.repository(TaskEntity).update({ id: In(some), hasDependents: false }, { hasDependents: true });
    }
  }

  /** Lets go on what waited for these tasks, which succeeded. */
  async release(tx: Transaction, succeeded: readonly string[]): Promise<void> {
    const links = (): SelectQueryBuilder<TaskDependencyEntity> =>
      tx.repository(TaskDependencyEntity).createQueryBuilder('d').where('d.dependsOn IN (:...succeeded)');
    const released = links().select('count(*)').andWhere('d.taskId = agent_task.id').getQuery();
    await tx
      .repository(TaskEntity)
      .createQueryBuilder()
      .update()
      .set({ dependsLeft: () => `depends_left - (${released})` })
      .where(`state = 'queued' AND id IN (${links().select('d.taskId').getQuery()})`)
      .setParameters({ succeeded })
      .execute();
  }

  /** Ends what waited for these tasks, which will not succeed. */
  async fail(tx: Transaction, ended: readonly string[], failure: TaskFailure): Promise<FailedDependent[]> {
    const failed: FailedDependent[] = [];
    for (const some of parts((await this.dependentsOf(tx, ended)).sort())) {
      const waiting = tx
        .repository(TaskEntity)
        .createQueryBuilder('t')
        .select(['t.id', 't.agentId'])
        .where({ id: In(some), state: 'queued' })
        .orderBy('t.id');
      const locked = await tx.lockMany(waiting);
      const change = { state: 'failed', error: failure, finishedAt: () => this.database.dialect.now } as const;
      if (locked.length > 0) await tx.repository(TaskEntity).update({ id: In(locked.map(({ id }) => id)) }, change);
      failed.push(...locked.map(({ id, agentId }) => ({ id, agentId })));
    }
    return failed;
  }

  /** Of the oldest tasks that depend on this one, those that the caller sees. */
  async seenDependentsOf(id: string, caller: Caller, limit: number): Promise<string[]> {
    const builder = withAccess(this.database.repository(TaskEntity))
      .innerJoin(TaskDependencyEntity, 'd', 'd.taskId = t.id AND d.dependsOn = :id', { id })
      .select(GLANCE)
      .orderBy('d.taskId')
      .limit(limit);
    return (await readTasks(builder)).filter((task) => maySee(caller, toGlance(task))).map((task) => task.id);
  }

  /** Tasks further down the line too: they fail with those they depend on. */
  private async dependentsOf(tx: Transaction, ended: readonly string[]): Promise<string[]> {
    const found = new Set<string>();
    let latest = [...ended];
    while (latest.length > 0) {
      const next: string[] = [];
      for (const some of parts(latest)) {
        const links = await tx.repository(TaskDependencyEntity).findBy({ dependsOn: In(some) });
        for (const { taskId } of links) {
          if (!found.has(taskId)) next.push(taskId);
          found.add(taskId);
        }
      }
      latest = next;
    }
    return [...found];
  }
}

function parts(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) => ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
}
