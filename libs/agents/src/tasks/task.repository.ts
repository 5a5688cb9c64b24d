import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan, MoreThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AgentEntity } from '../tables/agent.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { textOf } from './json-value.js';
import { GLANCE, readTasks, toGlance, toTask, withAccess } from './known-task.repository.js';
import type { TaskAccess } from './task-access.js';
import { FINAL_STATES, HELD_STATES, type TaskState } from './task-state.js';
import {
  type JsonObject,
  SECONDS_PER_PRIORITY,
  SHOWN_OUTPUT_BYTES,
  type Task,
  type TaskFailure,
  type TaskGlance,
  type TaskOutcome,
} from './task.js';

/** A task that is about to be queued. */
export interface NewTask {
  readonly id: string;
  readonly agentId: string;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly timeoutSeconds: number;
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
  readonly runAt: Date | null;
  /** Latest end, over all attempts. */
  readonly expiresAt: Date | null;
  readonly dependsOn: readonly string[];
  /** Of `dependsOn`, how many have yet to succeed. */
  readonly dependsLeft: number;
  readonly maxCostMicros: bigint | null;
  readonly maxTokens: number | null;
  /** What an attempt is expected to consume at most, where that is known beforehand. */
  readonly estimateMicros: bigint | null;
  readonly estimateTokens: number | null;
  readonly batchId: string | null;
  readonly scheduleId: string | null;
  readonly createdBy: string;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/** A task that ended, in short. */
export interface EndedTask {
  readonly id: string;
  readonly agent: string;
  readonly state: TaskState;
  readonly finishedAt: Date;
  readonly error: TaskFailure | null;
  readonly createdBy: string;
  readonly correlationId: string | null;
}

/** Which of the tasks that ended. */
export interface EndedFilter {
  /** Left out: whatever way they ended. */
  readonly states?: readonly TaskState[] | undefined;
  /** Slug. */
  readonly agent?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly since?: Date | undefined;
}

/** A task, as those are told who may see it. */
export interface TaskNotice {
  /** Slug. */
  readonly agent: string;
  readonly state: TaskState;
  /** `null` while it has not ended. */
  readonly finishedAt: Date | null;
  /** Code of its error; the words of it are for those who read the task. */
  readonly errorCode?: string;
  readonly correlationId: string | null;
  /** What decides who may see it. */
  readonly access: TaskAccess;
}

/** Reading tasks and bringing them into being. */
@Injectable()
export class TaskRepository {
  constructor(protected readonly database: Database) {}

  async insert(tx: Transaction, tasks: readonly NewTask[]): Promise<void> {
    const now = (await tx.now()).getTime();
    const rows = tasks.map(({ dependsOn, ...task }) => {
      const runAt = Math.max(task.runAt?.getTime() ?? now, now);
      const rankAt = new Date(runAt - task.priority * SECONDS_PER_PRIORITY * 1000);
      return { ...task, state: 'queued' as const, dependsOn: [...dependsOn], runAt: new Date(runAt), rankAt };
    });
    await tx.insertMany(TaskEntity, rows);
  }

  async find(id: string): Promise<Task | undefined> {
    const [task] = await readTasks(this.tasks().where({ id }));
    return task && toTask(task);
  }

  /** Like `find`, without what may be large. */
  async glance(id: string): Promise<TaskGlance | undefined> {
    const [task] = await readTasks(this.tasks().select(GLANCE).where({ id }));
    return task && toGlance(task);
  }

  /** Of the given tasks, those that exist. */
  async outcomes(ids: readonly string[]): Promise<TaskOutcome[]> {
    const tasks = await readTasks(
      this.tasks()
        .select([...GLANCE, 't.error', 't.output'])
        .where({ id: In(ids) })
        .orderBy('t.id'),
    );
    let bytes = 0;
    return tasks.map((task) => {
      const { id, output, error } = task;
      bytes += bytesOf(output);
      const isLeftOut = bytes > SHOWN_OUTPUT_BYTES;
      return { ...toGlance(task), id, output: isLeftOut ? null : output, error, isLeftOut };
    });
  }

  /** States of the given tasks, by id; cheaper than the tasks. */
  async statesOf(ids: readonly string[]): Promise<Map<string, TaskState>> {
    const tasks = await this.database
      .repository(TaskEntity)
      .find({ select: { id: true, state: true }, where: { id: In(ids) } });
    return new Map(tasks.map(({ id, state }) => [id, state]));
  }

  /** Tasks as those are told of them who may see them, by their ids. */
  async notices(ids: readonly string[]): Promise<Map<string, TaskNotice>> {
    const builder = this.tasks().select([...GLANCE, 't.finishedAt', 't.error', 't.correlationId']);
    const tasks = ids.length === 0 ? [] : await readTasks(builder.where({ id: In(ids) }));
    return new Map(
      tasks.map((task) => {
        const { agent, finishedAt, error, correlationId } = task;
        const { state, ...access } = toGlance(task);
        const said = { agent, state, finishedAt, correlationId, ...(error && { errorCode: error.code }) };
        return [task.id, { ...said, access }];
      }),
    );
  }

  /** The tasks that ended last, latest first, before an instant or behind one of them. */
  async recentlyEnded(
    limit: number,
    { states = FINAL_STATES, agent, createdBy, since }: EndedFilter = {},
    before?: Date,
    afterId?: string,
  ): Promise<EndedTask[]> {
    const builder = this.tasks()
      .select([...GLANCE, 't.finishedAt', 't.error', 't.correlationId'])
      .where({ state: In(states) })
      .andWhere('t.finishedAt IS NOT NULL')
      .orderBy('t.finishedAt', 'DESC')
      .addOrderBy('t.id', 'DESC')
      .limit(limit);
    if (agent !== undefined) builder.andWhere('a.slug = :agent', { agent });
    if (createdBy !== undefined) builder.andWhere({ createdBy });
    if (since !== undefined) builder.andWhere({ finishedAt: MoreThanOrEqual(since) });
    const named = { select: { id: true, finishedAt: true }, where: { id: afterId } } as const;
    const last = afterId === undefined ? null : await this.database.repository(TaskEntity).findOne(named);
    if (last?.finishedAt) {
      const place = builder.subQuery().select('l.finishedAt').from(TaskEntity, 'l').where('l.id = :afterId').getQuery();
      builder.andWhere(`(t.finishedAt < ${place} OR t.finishedAt = ${place} AND t.id < :afterId)`, { afterId });
    } else if (before) {
      builder.andWhere({ finishedAt: LessThan(before) });
    }
    return (await readTasks(builder)).flatMap((task) => {
      const { id, agent: slug, state, finishedAt, error, createdBy: maker, correlationId } = task;
      return finishedAt ? [{ id, agent: slug, state, finishedAt, error, createdBy: maker, correlationId }] : [];
    });
  }

  /** Ids of tasks that ended in a state, the oldest first. */
  async endedIds({
    state,
    agent,
    ids,
    after,
    limit,
  }: {
    state: TaskState;
    agent?: string | undefined;
    ids?: readonly string[] | undefined;
    after?: string | undefined;
    limit: number;
  }): Promise<string[]> {
    const builder = this.database
      .repository(TaskEntity)
      .createQueryBuilder('t')
      .select('t.id')
      .where({ state })
      // Not a parameter: an index has these two.
      .andWhere("t.state IN ('failed', 'dead')")
      .orderBy('t.id')
      .limit(limit);
    if (agent !== undefined) {
      const found = await this.database.repository(AgentEntity).findOneBy({ slug: agent });
      if (!found) return [];
      builder.andWhere({ agentId: found.id });
    }
    if (ids) builder.andWhere({ id: In(ids) });
    if (after !== undefined) builder.andWhere({ id: MoreThan(after) });
    return (await builder.getMany()).map(({ id }) => id);
  }

  /** Whether the agent has tasks that have not ended. */
  hasOpen(tx: Transaction, agentId: string): Promise<boolean> {
    const open = ['queued', 'waiting_approval', ...HELD_STATES] as const;
    return tx.repository(TaskEntity).existsBy({ agentId, state: In(open) });
  }

  private tasks(): SelectQueryBuilder<TaskEntity> {
    return withAccess(this.database.repository(TaskEntity));
  }
}

function bytesOf(value: unknown): number {
  return value === null ? 0 : Buffer.byteLength(textOf(value));
}
