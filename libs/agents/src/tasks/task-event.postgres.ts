import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { type NewTaskEvent, TaskEventRepository } from './task-event.repository.js';

/** Whole milliseconds: what is hashed is what a Date holds. */
const NOW = `date_trunc('milliseconds', now())`;

/**
 * Records events: the rows (task_id, type, data) of a table expression, at most one for each task. Each event carries the SHA-256 of
 * its content and of the event before it, so that a change of history shows. A statement before it in the transaction locks every task
 * named here, which keeps the numbers without gaps. Where the same statement locks them, it has looked for the last event before it
 * had the lock: see `isNumberTaken`.
 */
export const recordEvents = (happened: string): string => `
  INSERT INTO agent_task_event (task_id, seq, type, data, created_at, hash)
  SELECT e.task_id, coalesce(last.seq, 0) + 1, e.type, e.data, ${NOW},
         sha256(coalesce(last.hash, ''::bytea) || convert_to(concat_ws(E'\\n', e.task_id, coalesce(last.seq, 0) + 1, e.type,
           e.data, extract(epoch FROM ${NOW})), 'UTF8'))
  FROM ${happened}
  LEFT JOIN LATERAL (
    SELECT seq, hash FROM agent_task_event WHERE task_id = e.task_id ORDER BY seq DESC LIMIT 1
  ) last ON true`;

const APPEND = {
  name: 'agent_task_event_append',
  text: recordEvents('jsonb_to_recordset($1::jsonb) AS e (task_id uuid, type text, data jsonb)'),
};

/** Moments to the microsecond, as earlier releases hashed them. */
const VERIFY = `
  SELECT task_id, min(seq) AS seq FROM (
    SELECT *, lag(seq, 1, 0) OVER w AS before_seq, lag(hash, 1, ''::bytea) OVER w AS before
    FROM agent_task_event WHERE task_id = ANY ($1::uuid[]) WINDOW w AS (PARTITION BY task_id ORDER BY seq)
  ) e
  WHERE seq <> before_seq + 1 OR hash <> sha256(before || convert_to(concat_ws(E'\\n', task_id, seq, type, data,
    extract(epoch FROM created_at)), 'UTF8'))
  GROUP BY task_id
  UNION ALL SELECT id, 1 FROM unnest($1::uuid[]) AS id WHERE NOT EXISTS (SELECT FROM agent_task_event WHERE task_id = id)`;

/** Bench: `a task for an agent`. */
@Injectable()
export class PostgresTaskEventRepository extends TaskEventRepository {
  override async append(tx: Transaction, events: readonly NewTaskEvent[]): Promise<void> {
    const rows = events.map(({ taskId, type, data = {} }) => ({ task_id: taskId, type, data }));
    await tx.execute(APPEND, [JSON.stringify(rows)]);
  }

  override async broken(taskIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ task_id: string; seq: number }>(VERIFY, [taskIds]);
    return new Map(rows.map(({ task_id, seq }) => [task_id, seq]));
  }
}
