import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { TaskEntity } from '../tables/task.entity.js';
import { TaskEventEntity } from '../tables/task-event.entity.js';
import { textOf } from './json-value.js';

/** Something that happened to a task. */
export interface NewTaskEvent {
  readonly taskId: string;
  /** `queued`, `started`, `retry`, `succeeded`, … */
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** An event as it was recorded. */
export interface TaskEvent {
  /** Position among the events of its task, from 1. */
  readonly seq: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly createdAt: Date;
  /** SHA-256 of the event and of the hash before it, in hexadecimal digits. */
  readonly hash: string;
}

/** Whether a statement that locks tasks and records their events met with somebody else's event. Done again, it sees that one. */
export function isNumberTaken(error: unknown): boolean {
  return isUniqueViolation(error, 'agent_task_event_pkey');
}

/** The record of what happened to tasks. Rows are only ever added. */
@Injectable()
export class TaskEventRepository {
  constructor(protected readonly database: Database) {}

  /** At most one event for each task. The caller has locked the tasks, or inserted them. */
  async append(tx: Transaction, events: readonly NewTaskEvent[]): Promise<void> {
    const createdAt = await tx.now();
    const rows: TaskEventEntity[] = [];
    const lastOf = await this.lastOf(
      tx,
      events.map(({ taskId }) => taskId),
    );
    for (const { taskId, type, data = {} } of events) {
      const last = lastOf.get(taskId);
      // As it will be read.
      const kept = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
      const event = { taskId, seq: (last?.seq ?? 0) + 1, type, data: kept, createdAt };
      rows.push({ ...event, hash: hashOf(event, last?.hash) });
    }
    await tx.insertMany(TaskEventEntity, rows);
  }

  /** How many events a task has, which the caller has locked. */
  async count(tx: Transaction, taskId: string): Promise<number> {
    return (await this.lastOf(tx, [taskId])).get(taskId)?.seq ?? 0;
  }

  async list(taskId: string, after: number, limit: number): Promise<TaskEvent[]> {
    const events = await this.database.repository(TaskEventEntity).find({
      where: { taskId, seq: MoreThan(after) },
      order: { seq: 'ASC' },
      take: limit,
    });
    return events.map(({ seq, type, data, createdAt, hash }) => ({
      seq,
      type,
      data,
      createdAt,
      hash: hash.toString('hex'),
    }));
  }

  /** Type of the event before each of these; what has none before it is missing. */
  async typesBefore<T extends Pick<TaskEventEntity, 'taskId' | 'seq'>>(places: readonly T[]): Promise<Map<T, string>> {
    if (places.length === 0) return new Map();
    const events = await this.database.repository(TaskEventEntity).find({
      select: { taskId: true, seq: true, type: true },
      where: places.map(({ taskId, seq }) => ({ taskId, seq: seq - 1 })),
    });
    const types = new Map(events.map(({ taskId, seq, type }) => [`${taskId} ${seq}`, type]));
    return new Map(
      places.flatMap((place) => {
        const type = types.get(`${place.taskId} ${place.seq - 1}`);
        return type === undefined ? [] : [[place, type] as const];
      }),
    );
  }

  /** Of each of these tasks the first event whose hash or number does not fit; those whose chains are whole are left out. A task has an event from the beginning. */
  async broken(taskIds: readonly string[]): Promise<Map<string, number>> {
    const broken = new Map<string, number>();
    for (const taskId of taskIds) {
      const events = await this.database.repository(TaskEventEntity).find({ where: { taskId }, order: { seq: 'ASC' } });
      const isWhole = (event: TaskEventEntity, at: number): boolean =>
        event.seq === at + 1 && event.hash.equals(hashOf(event, events[at - 1]?.hash));
      const first = events.find((event, at) => !isWhole(event, at));
      if (first) broken.set(taskId, first.seq);
      else if (events.length === 0) broken.set(taskId, 1);
    }
    return broken;
  }

  /** Ids of tasks behind one, in their order. */
  async taskIds(limit: number, after?: string): Promise<string[]> {
    const where = after === undefined ? {} : { id: MoreThan(after) };
    const order = { id: 'ASC' } as const;
    const tasks = this.database.repository(TaskEntity);
    return (await tasks.find({ select: { id: true }, where, order, take: limit })).map(({ id }) => id);
  }

  /** The last event of each task. */
  private async lastOf(tx: Transaction, ids: readonly string[]): Promise<Map<string, TaskEventEntity>> {
    const events = await tx
      .repository(TaskEventEntity)
      .createQueryBuilder('e')
      .innerJoin(
        (builder) =>
          builder
            .select('o.taskId', 'task_id')
            .addSelect('max(o.seq)', 'seq')
            .from(TaskEventEntity, 'o')
            .where('o.taskId IN (:...ids)', { ids })
            .groupBy('o.taskId'),
        'latest',
        'latest.task_id = e.taskId AND latest.seq = e.seq',
      )
      .getMany();
    return new Map(events.map((event) => [event.taskId, event]));
  }
}

function hashOf(
  { taskId, seq, type, data, createdAt }: Omit<TaskEventEntity, 'hash'>,
  before: Buffer = Buffer.alloc(0),
): Buffer {
  // Seconds with six digits behind the point.
  const at = createdAt.getTime();
  const moment = `${Math.floor(at / 1000)}.${String(at % 1000).padStart(3, '0')}000`;
  const content = [taskId, seq, type, textOf(data), moment].join('\n');
  return createHash('sha256').update(before).update(content).digest();
}
