import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { EndedState } from '../tasks/task-state.js';

/** How long ended tasks of each state are kept. */
export interface Retention {
  /** Days by state; 0 is for ever. */
  readonly days: Readonly<Record<EndedState, number>>;
  /** How many of each state are kept at most; 0 is any number. */
  readonly most: number;
}

/** Instants by state, as PostgreSQL writes them, in their order: what ended before may go. A state without one is kept for ever. */
export type EndedBefore = ReadonlyMap<EndedState, string>;

/** A row that the next page comes after: an instant, as PostgreSQL writes it, and an id. */
export type Place = readonly [at: string, id: string];

const BEGINNING: Place = ['-infinity', '00000000-0000-0000-0000-000000000000'];

const LIMITS = `
  SELECT state, least(now() - interval '1 day', bound)::text AS before FROM (
    SELECT k.state, greatest(now() - make_interval(days => nullif(k.days, 0)), (
      SELECT t.finished_at FROM agent_task t WHERE t.state = k.state AND t.finished_at IS NOT NULL AND $3 > 0
      ORDER BY t.finished_at DESC OFFSET greatest($3 - 1, 0) LIMIT 1)) AS bound
    FROM unnest($1::text[], $2::integer[]) AS k (state, days)
  ) kept WHERE bound IS NOT NULL ORDER BY bound`;

const LOCK_ENDED = {
  name: 'agent_removal_lock_ended',
  text: `
    SELECT id, finished_at::text AS at FROM agent_task
    WHERE state = $1 AND finished_at < $2 AND (finished_at, id) > ($3::timestamptz, $4::uuid) AND batch_id IS NULL
    ORDER BY finished_at, id LIMIT $5 FOR UPDATE SKIP LOCKED`,
};

/**
 * Whether a task beside those in `$1` still asks for `agent_task t`: what waits for it, and of one that did not succeed whatever could be
 * retried, as that would go on as if it had.
 */
const IS_NEEDED = (others: string): string => `t.has_dependents AND EXISTS (
  SELECT FROM agent_task_dependency d JOIN agent_task o ON o.id = d.task_id
  WHERE d.depends_on = t.id ${others} AND CASE WHEN t.state = 'succeeded'
    THEN o.state IN ('queued', 'leased', 'running', 'waiting_approval') ELSE o.state <> 'succeeded' END)`;

const REMOVE_UNLESS_NEEDED = {
  name: 'agent_removal_remove',
  text: `DELETE FROM agent_task t WHERE id = ANY ($1) AND NOT (${IS_NEEDED('')})`,
};

const OLD_BATCHES = {
  name: 'agent_removal_batches',
  text: `
    SELECT id, created_at::text AS at FROM agent_batch WHERE created_at < $1 AND (created_at, id) > ($2::timestamptz, $3::uuid)
    ORDER BY created_at, id LIMIT $4`,
};

const OF_BATCH = {
  name: 'agent_removal_of_batch',
  text: `
    SELECT (o ->> 'taskId')::uuid AS id FROM agent_batch b, jsonb_array_elements(b.operations) o
    WHERE b.id = $1 AND o ->> 'taskId' IS NOT NULL`,
};

const LOCK_BATCH = {
  name: 'agent_removal_lock_batch',
  text: `
    SELECT t.id, ${IS_NEEDED('AND o.id <> ALL ($1)')} AS is_needed
    FROM agent_task t JOIN unnest($2::text[], $3::timestamptz[]) AS k (state, before) ON k.state = t.state AND t.finished_at < k.before
    WHERE t.id = ANY ($1) ORDER BY t.id FOR UPDATE OF t SKIP LOCKED`,
};

/** Removes what ended long ago, a little at a time; its events go with a task, its keys and dependencies too. */
@Injectable()
export class TaskRemovalRepository {
  constructor(private readonly database: Database) {}

  /** By the database's clock; never within the last day. */
  async limits({ days, most }: Retention): Promise<EndedBefore> {
    const rows = await this.database.query<{ state: EndedState; before: string }>(LIMITS, [
      Object.keys(days),
      Object.values(days),
      most,
    ]);
    return new Map(rows.map(({ state, before }) => [state, before]));
  }

  /**
   * Removes tasks of no batch, the oldest first; what is needed and what somebody works on is passed over.
   *
   * @param before what ended before
   * @returns where the next page begins; `undefined` after the last one
   */
  async removeEnded(
    state: EndedState,
    before: string,
    limit: number,
    after: Place = BEGINNING,
  ): Promise<{ removed: number; next: Place | undefined }> {
    return this.database.transaction(async (tx) => {
      const [, rows] = await Promise.all([
        allow(tx),
        tx.query<{ id: string; at: string }>(LOCK_ENDED, [state, before, ...after, limit]),
      ]);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      const removed = rows.length > 0 ? await tx.execute(REMOVE_UNLESS_NEEDED, [rows.map(({ id }) => id)]) : 0;
      return { removed, next: last && [last.at, last.id] };
    });
  }

  /** Batches that are old enough to have ended long ago, the oldest first. */
  async oldBatches(before: string, limit: number, after: Place = BEGINNING): Promise<Place[]> {
    const rows = await this.database.query<{ id: string; at: string }>(OLD_BATCHES, [before, ...after, limit]);
    return rows.map(({ id, at }) => [at, id]);
  }

  /**
   * Removes a batch with all of its tasks, so that its results never have a hole.
   *
   * @returns tasks removed; none while the time of one has not come
   */
  async removeBatch([at, id]: Place, limits: EndedBefore): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [, rows] = await Promise.all([allow(tx), tx.query<{ id: string }>(OF_BATCH, [id])]);
      const ids = rows.map((row) => row.id);
      if (ids.length === 0) {
        const before = limits.get('failed');
        const sql = 'DELETE FROM agent_batch WHERE id = $1 AND $2::timestamptz < $3::timestamptz';
        await tx.execute(sql, [id, at, before ?? null]);
        return 0;
      }
      const ended = await tx.query<{ is_needed: boolean }>(LOCK_BATCH, [ids, [...limits.keys()], [...limits.values()]]);
      if (ended.length < ids.length || ended.some((task) => task.is_needed)) return 0;
      const removed = tx.execute('DELETE FROM agent_task WHERE id = ANY ($1)', [ids]);
      await Promise.all([removed, tx.execute('DELETE FROM agent_batch WHERE id = $1', [id])]);
      return removed;
    });
  }

  /** Removes workers that were silent for so many days and hold nothing. @returns how many */
  removeWorkers(days: number, limit: number): Promise<number> {
    return this.database.execute(
      `DELETE FROM agent_worker WHERE id IN (
         SELECT id FROM agent_worker w WHERE last_seen_at < now() - make_interval(days => $1)
           AND NOT EXISTS (SELECT FROM agent_task WHERE worker_id = w.id AND state IN ('leased', 'running')) LIMIT $2)`,
      [days, limit],
    );
  }
}

/** Says to the triggers that this transaction may remove tasks. */
function allow(tx: Transaction): Promise<number> {
  return tx.execute(`SET LOCAL devskyy.removes_ended_tasks = 'on'`);
}
