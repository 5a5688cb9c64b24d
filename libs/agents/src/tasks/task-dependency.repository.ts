import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { TaskFailure, TaskGlance } from './task.js';
import { GLANCE, type GlanceRow, toGlance } from './task.postgres.js';

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

/** Locked in the order of their ids, so that two requests with the same dependencies cannot wait for each other. */
const LOCK = `SELECT t.id, ${GLANCE} FROM agent_task t JOIN agent a ON a.id = t.agent_id
  WHERE t.id = ANY ($1) ORDER BY t.id FOR NO KEY UPDATE OF t`;

const RELEASE = `
  UPDATE agent_task t SET depends_left = t.depends_left - d.n
  FROM (SELECT task_id, count(*)::integer AS n FROM agent_task_dependency WHERE depends_on = ANY ($1) GROUP BY task_id) d
  WHERE t.id = d.task_id AND t.state = 'queued'`;

/** Tasks further down the line fail with those they depend on. */
const FAIL = `
  WITH RECURSIVE doomed AS (
    SELECT task_id FROM agent_task_dependency WHERE depends_on = ANY ($1)
    UNION SELECT d.task_id FROM doomed JOIN agent_task_dependency d ON d.depends_on = doomed.task_id
  )
  UPDATE agent_task t SET state = 'failed', error = $2::jsonb, finished_at = now()
  FROM doomed WHERE t.id = doomed.task_id AND t.state = 'queued'
  RETURNING t.id, t.agent_id`;

/** Which task waits for which. Whoever ends a task asks here, after its state is written, who waited for it. */
@Injectable()
export class TaskDependencyRepository {
  /** The tasks by id, which keep their states until the transaction ends: nobody can end a task unseen meanwhile. */
  async lock(tx: Transaction, ids: readonly string[]): Promise<Map<string, TaskGlance>> {
    if (ids.length === 0) return new Map();
    const rows = await tx.query<GlanceRow & { id: string }>(LOCK, [arrayOf(ids)]);
    return new Map(rows.map((row) => [row.id, toGlance(row)]));
  }

  /**
   * Notes that tasks depend on others, also on such as have succeeded: these stay while what may read their output is open. All of them exist
   * and are locked or were inserted in this transaction.
   */
  async add(tx: Transaction, links: readonly DependencyLink[]): Promise<void> {
    if (links.length === 0) return;
    const dependsOn = links.map((link) => link.dependsOn);
    await tx.execute(
      'INSERT INTO agent_task_dependency (task_id, depends_on) SELECT * FROM unnest($1::uuid[], $2::uuid[])',
      [arrayOf(links.map(({ taskId }) => taskId)), arrayOf(dependsOn)],
    );
    const awaited = [...new Set(dependsOn)];
    await tx.execute('UPDATE agent_task SET has_dependents = true WHERE id = ANY ($1) AND NOT has_dependents', [
      awaited,
    ]);
  }

  /** Lets go on what waited for these tasks, which succeeded. */
  async release(tx: Transaction, succeeded: readonly string[]): Promise<void> {
    await tx.execute(RELEASE, [succeeded]);
  }

  /** Ends what waited for these tasks, which will not succeed. */
  async fail(tx: Transaction, ended: readonly string[], failure: TaskFailure): Promise<FailedDependent[]> {
    const rows = await tx.query<{ id: string; agent_id: string }>(FAIL, [ended, failure]);
    return rows.map(({ id, agent_id }) => ({ id, agentId: agent_id }));
  }
}

/** Ids as PostgreSQL reads a list of them. The driver looks through each for what would have to be quoted, which takes long of many. */
function arrayOf(ids: readonly string[]): string {
  return `{${ids.join()}}`;
}
