import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { AgentEntity } from '../tables/agent.entity.js';
import { BatchEntity } from '../tables/batch.entity.js';
import { ScheduleEntity } from '../tables/schedule.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { TaskEventEntity } from '../tables/task-event.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import { GLANCE, readTasks, toGlance, withAccess } from '../tasks/known-task.repository.js';
import type { TaskGlance } from '../tasks/task.js';

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

  /** In the order they were made. */
  tasksOf(correlationId: string, limit: number): Promise<TaskLine[]> {
    return this.lines({ correlationId }, limit);
  }

  /** In order of time. */
  eventsOf(taskIds: readonly string[], limit: number): Promise<TaskEventEntity[]> {
    return this.database.repository(TaskEventEntity).find({
      select: { taskId: true, seq: true, type: true, createdAt: true },
      where: { taskId: In(taskIds) },
      order: { createdAt: 'ASC', taskId: 'ASC', seq: 'ASC' },
      take: limit,
    });
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

  private async lines(where: { id: string } | { correlationId: string }, limit: number): Promise<TaskLine[]> {
    const tasks = withAccess(this.database.repository(TaskEntity)).select([...GLANCE, 't.createdAt']);
    const found = await readTasks(tasks.where(where).orderBy('t.id').limit(limit));
    return found.map((task) => ({
      ...toGlance(task),
      id: task.id,
      agent: task.agent,
      createdAt: task.createdAt,
    }));
  }
}
