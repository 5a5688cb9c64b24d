import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { Database } from '#platform/database';
import { BatchEntity } from '../tables/batch.entity.js';
import { TaskTextEntity } from '../tables/task-text.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { textOf } from '../tasks/json-value.js';
import { readTasks, toSummary, withAccess, within } from '../tasks/known-task.repository.js';
import { TASK_STATES } from '../tasks/task-state.js';
import { SHOWN_BYTES, type TaskSummary } from '../tasks/task.js';
import {
  idsOfSpan,
  MOST_COUNTED,
  type StateCount,
  type TaskFilter,
  type TaskPageFilter,
  type TasksOfText,
  type TaskTextFilter,
  toStateCount,
} from './task-search.js';

/** Finds tasks by what is asked for. */
@Injectable()
export class TaskSearchRepository {
  constructor(protected readonly database: Database) {}

  /** Newest first. */
  async list({ before, limit, ...filter }: TaskPageFilter): Promise<TaskSummary[]> {
    const builder = (await this.found(filter)).orderBy('t.id', 'DESC').limit(limit);
    if (before !== undefined) builder.andWhere({ id: LessThan(before) });
    return (await readTasks(builder)).map((task) => listed(toSummary(task)));
  }

  /** Those that have a text in the first 500 characters of their descriptions, in whatever case, newest first. */
  async listWithText({ before, limit, text, ...filter }: TaskTextFilter): Promise<TasksOfText> {
    const builder = (await this.found(filter)).orderBy('t.id', 'DESC').limit(limit);
    builder.innerJoin(TaskTextEntity, 'x', 'x.taskId = t.id');
    builder.andWhere(this.database.dialect.contains('x.text', ':text'), { text });
    if (before !== undefined) builder.andWhere({ id: LessThan(before) });
    const tasks = await readTasks(builder);
    return { tasks: tasks.map((task) => listed(toSummary(task))), end: undefined };
  }

  /** How many there are in each state that the filter names, up to a bound: reads no more than that, however many there are. */
  async count({ states = TASK_STATES, ...filter }: TaskFilter): Promise<StateCount[]> {
    const counts: StateCount[] = [];
    for (const state of states) {
      const builder = (await this.found({ ...filter, states: [state] })).limit(MOST_COUNTED + 1);
      counts.push(toStateCount(state, (await builder.select('t.id').getRawMany()).length));
    }
    return counts;
  }

  private async found(filter: TaskFilter): Promise<SelectQueryBuilder<TaskEntity>> {
    const { agent, states, batchId, createdBy, scheduleId, correlationId, from, to, scope } = filter;
    const builder = withAccess(this.database.repository(TaskEntity));
    if (agent !== undefined) builder.andWhere('a.slug = :agent', { agent });
    if (states) builder.andWhere({ state: In(states) });
    if (batchId !== undefined) builder.andWhere({ id: In(await this.idsOfBatch(batchId)) });
    if (createdBy !== undefined) builder.andWhere({ createdBy });
    if (scheduleId !== undefined) builder.andWhere({ scheduleId });
    if (correlationId !== undefined) builder.andWhere({ correlationId });
    const [first, last] = idsOfSpan(filter);
    if (from && first !== undefined) builder.andWhere({ id: MoreThanOrEqual(first), createdAt: MoreThanOrEqual(from) });
    if (to && last !== undefined) builder.andWhere({ id: LessThan(last), createdAt: LessThan(to) });
    if (scope) within(builder, scope);
    return builder;
  }

  /** The batch names its tasks: an index of tasks by batch would be written anew with each change of each of them. */
  private async idsOfBatch(id: string): Promise<string[]> {
    const batch = await this.database.repository(BatchEntity).findOneBy({ id });
    return (batch?.operations ?? []).flatMap(({ taskId }) => taskId ?? []);
  }
}

function listed(task: TaskSummary): TaskSummary {
  const { progress } = task;
  const isShown = progress === null || Buffer.byteLength(textOf(progress)) <= SHOWN_BYTES;
  return { ...task, progress: isShown ? progress : null };
}
