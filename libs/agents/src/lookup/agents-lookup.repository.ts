import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { AgentEntity } from '../tables/agent.entity.js';
import { BatchEntity } from '../tables/batch.entity.js';
import { ScheduleEntity } from '../tables/schedule.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { TaskEventEntity } from '../tables/task-event.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import { GLANCE, readTasks, toGlance, withAccess, within } from '../tasks/known-task.repository.js';
import type { SearchScope } from '../tasks/task-access.js';
import type { TaskGlance } from '../tasks/task.js';

/** Tasks whose events are asked for at a time. */
const TASKS_AT_ONCE = 50;

/** A task in one line. */
export interface TaskLine extends TaskGlance {
  readonly id: string;
  readonly agent: string;
  readonly createdAt: Date;
}

/** Things of agents by nothing but an id. */
@Injectable()
export class AgentsLookupRepository {
  constructor(private readonly database: Database) {}

  async task(id: string): Promise<TaskLine | undefined> {
    const [line] = await this.lines({ id }, 1);
    return line;
  }

  /** In the order they were made, of those within a scope. */
  tasksOf(correlationId: string, limit: number, scope: SearchScope | undefined): Promise<TaskLine[]> {
    return this.lines({ correlationId }, limit, scope);
  }

  /** Task by task, in order: reads no more than it tells, however many events there are. */
  async eventsOf(taskIds: readonly string[], limit: number): Promise<TaskEventEntity[]> {
    const events: TaskEventEntity[] = [];
    for (let at = 0; at < taskIds.length && events.length < limit; at += TASKS_AT_ONCE) {
      const some = await this.database.repository(TaskEventEntity).find({
        select: { taskId: true, seq: true, type: true, createdAt: true },
        where: { taskId: In(taskIds.slice(at, at + TASKS_AT_ONCE)) },
        order: { taskId: 'ASC', seq: 'ASC' },
        take: limit - events.length,
      });
      events.push(...some);
    }
    return events;
  }

  batch(id: string): Promise<BatchEntity | null> {
    return this.database.repository(BatchEntity).findOneBy({ id });
  }

  schedule(id: string): Promise<ScheduleEntity | null> {
    return this.database.repository(ScheduleEntity).findOneBy({ id });
  }

  worker(id: string): Promise<WorkerEntity | null> {
    return this.database.repository(WorkerEntity).findOneBy({ id });
  }

  agent(by: { id: string } | { slug: string }): Promise<AgentEntity | null> {
    return this.database.repository(AgentEntity).findOneBy({ ...by, deletedAt: IsNull() });
  }

  private async lines(
    where: { id: string } | { correlationId: string },
    limit: number,
    scope?: SearchScope,
  ): Promise<TaskLine[]> {
    const tasks = withAccess(this.database.repository(TaskEntity))
      .select([...GLANCE, 't.createdAt'])
      .where(where);
    if (scope) within(tasks, scope);
    const found = await readTasks(tasks.orderBy('t.id').limit(limit));
    return found.map((task) => ({
      ...toGlance(task),
      id: task.id,
      agent: task.agent,
      createdAt: task.createdAt,
    }));
  }
}
