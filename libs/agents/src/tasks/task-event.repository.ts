import { Injectable } from '@nestjs/common';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';

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

/**
 * Records events: the rows (task_id, type, data) of a table expression, at most one for each task. Each event carries the SHA-256 of
 * its content and of the event before it, so that a change of history shows. A statement before it in the transaction locks every task
 * named here, which keeps the numbers without gaps. Where the same statement locks them, it has looked for the last event before it
 * had the lock: see `isNumberTaken`.
 */
export const recordEvents = (happened: string): string => `
  INSERT INTO agent_task_event (task_id, seq, type, data, created_at, hash)
  SELECT e.task_id, coalesce(last.seq, 0) + 1, e.type, e.data, now(),
         sha256(coalesce(last.hash, ''::bytea) || convert_to(concat_ws(E'\\n', e.task_id, coalesce(last.seq, 0) + 1, e.type,
           e.data, extract(epoch FROM now())), 'UTF8'))
  FROM ${happened}
  LEFT JOIN LATERAL (
    SELECT seq, hash FROM agent_task_event WHERE task_id = e.task_id ORDER BY seq DESC LIMIT 1
  ) last ON true`;

/** Whether a statement that locks tasks and records their events met with somebody else's event. Done again, it sees that one. */
export function isNumberTaken(error: unknown): boolean {
  return isUniqueViolation(error, 'agent_task_event_pkey');
}

const APPEND = {
  name: 'agent_task_event_append',
  text: recordEvents('jsonb_to_recordset($1::jsonb) AS e (task_id uuid, type text, data jsonb)'),
};

const VERIFY = `
  SELECT seq FROM (
    SELECT *, lag(seq, 1, 0) OVER w AS before_seq, lag(hash, 1, ''::bytea) OVER w AS before
    FROM agent_task_event WHERE task_id = $1 WINDOW w AS (ORDER BY seq)
  ) e
  WHERE seq <> before_seq + 1 OR hash <> sha256(before || convert_to(concat_ws(E'\\n', task_id, seq, type, data,
    extract(epoch FROM created_at)), 'UTF8'))
  ORDER BY seq LIMIT 1`;

/** The record of what happened to tasks. Rows are only ever added. */
@Injectable()
export class TaskEventRepository {
  constructor(private readonly database: Database) {}

  /** At most one event for each task. */
  async append(tx: Transaction, events: readonly NewTaskEvent[]): Promise<void> {
    const rows = events.map(({ taskId, type, data = {} }) => ({ task_id: taskId, type, data }));
    await tx.execute(APPEND, [JSON.stringify(rows)]);
  }

  /** How many events a task has, which the caller has locked. */
  async count(tx: Transaction, taskId: string): Promise<number> {
    const sql = 'SELECT seq FROM agent_task_event WHERE task_id = $1 ORDER BY seq DESC LIMIT 1';
    return (await tx.query<{ seq: number }>(sql, [taskId]))[0]?.seq ?? 0;
  }

  async list(taskId: string, after: number, limit: number): Promise<TaskEvent[]> {
    const rows = await this.database.query<{
      seq: number;
      type: string;
      data: Record<string, unknown>;
      created_at: Date;
      hash: Buffer;
    }>(
      {
        name: 'agent_task_event_list',
        text: `SELECT seq, type, data, created_at, hash FROM agent_task_event
               WHERE task_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      },
      [taskId, after, limit],
    );
    return rows.map(({ created_at, hash, ...event }) => ({
      ...event,
      createdAt: created_at,
      hash: hash.toString('hex'),
    }));
  }

  /** The first event whose hash or number does not fit; `undefined` when the chain is whole. */
  async firstBroken(taskId: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ seq: number }>(VERIFY, [taskId]);
    return row?.seq;
  }
}
