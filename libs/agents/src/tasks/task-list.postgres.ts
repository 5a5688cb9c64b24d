import type { SearchScope } from './task-access.js';
import { TASK_STATES, type TaskState } from './task-state.js';
import { LISTED_COLUMNS } from './task.postgres.js';

/** What a list of tasks asks for; everything given must hold. */
export interface TaskFilter {
  readonly agent?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly batchId?: string | undefined;
  /** Id before which the page begins; newest come first. */
  readonly before?: string | undefined;
  readonly limit: number;
  /** Only what somebody may see; `undefined` is all. */
  readonly scope: SearchScope | undefined;
}

/** Ids of a batch's tasks. The batch names them: an index of tasks by batch would be written anew with each change of each of them. */
const OF_BATCH = (batch: string): string =>
  `ARRAY(SELECT (o ->> 'taskId')::uuid FROM agent_batch b, jsonb_array_elements(b.operations) o WHERE b.id = ${batch})`;

/**
 * The statement that finds tasks, newest first, and what it is given. Whatever is asked for, it reads about as many tasks as it answers: a
 * page of each agent and state that come into question, which an index holds in this order, or the tasks of a batch.
 */
export function listQuery(filter: TaskFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [filter.limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const { agent, state, batchId, before, scope } = filter;
  const all = (...conditions: (string | undefined | false)[]): string =>
    ['true', ...conditions].filter((condition) => typeof condition === 'string').join(' AND ');

  const ofAgent = agent !== undefined && `a.slug = ${bind(agent)}`;
  const older = before !== undefined && `t.id < ${bind(before)}`;
  const own = scope && { by: bind(scope.createdBy), roles: bind(scope.roles), held: bind(scope.heldBy) };
  const isHeld =
    own &&
    `t.state IN ('leased', 'running')
     AND EXISTS (SELECT FROM agent_worker w WHERE w.id = t.worker_id AND w.credential_id = ${own.held})`;

  let which = all(older);
  if (batchId !== undefined) {
    const isSeen = own && `(t.created_by = ${own.by} AND a.minimum_role = ANY (${own.roles}) OR ${isHeld})`;
    const inState = state !== undefined && `t.state = ${bind(state)}`;
    which = all(`t.id = ANY (${OF_BATCH(bind(batchId))})`, ofAgent, inState, older, isSeen);
  } else if (own || agent !== undefined || state !== undefined) {
    const states = bind(state === undefined ? TASK_STATES : [state]);
    const ofEach = `
      SELECT page.id FROM agent a CROSS JOIN unnest(${states}::text[]) AS s (state) CROSS JOIN LATERAL (
        SELECT t.id FROM agent_task t
        WHERE ${all(own && `t.created_by = ${own.by}`, 't.agent_id = a.id', 't.state = s.state', older)}
        ORDER BY t.id DESC LIMIT $1
      ) page WHERE ${all(ofAgent, own && `a.minimum_role = ANY (${own.roles})`)}`;
    // What his workers hold is little.
    const held = `
      SELECT t.id FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE ${all(isHeld, `t.state = ANY (${states})`, ofAgent, older)}`;
    const found = own ? `${ofEach} UNION ${held}` : ofEach;
    which = `t.id = ANY (ARRAY(SELECT id FROM (${found}) found ORDER BY id DESC LIMIT $1))`;
  }
  const text = `SELECT ${LISTED_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} ORDER BY t.id DESC LIMIT $1`;
  return { text, values };
}
