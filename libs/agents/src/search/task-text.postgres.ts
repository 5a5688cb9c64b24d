import { LISTED_COLUMNS } from '../tasks/task-columns.postgres.js';
import { all, type Bind, conditionsOf, ofFew } from './task-conditions.postgres.js';
import { idsOfSpan, type TaskTextFilter } from './task-search.js';

/** A statement and what it is given. */
export interface Query {
  readonly text: string;
  readonly values: unknown[];
}

/** Descriptions of the newest tasks that are looked through for a text. */
const WINDOW = 1_000;

/** So many tasks that have a text are looked up one by one, whatever else is asked of them. */
export const FEW = 300;

/** Bounds of the ids that come into question, of a table in which they are called so. */
function boundsOf({ before, ...span }: TaskTextFilter, id: string, bind: Bind): string {
  const [first, last] = idsOfSpan(span);
  return all(
    before !== undefined && `${id} < ${bind(before)}`,
    first !== undefined && `${id} >= ${bind(first)}`,
    last !== undefined && `${id} < ${bind(last)}`,
  );
}

/** The statement that finds where the window of newest descriptions ends; nothing when there are no more than are in it. */
export function windowQuery(filter: TaskTextFilter): Query {
  const values: unknown[] = [];
  const bounds = boundsOf(filter, 'task_id', (value) => `$${values.push(value)}`);
  const text = `SELECT task_id AS id FROM agent_task_text WHERE ${bounds} ORDER BY task_id DESC OFFSET ${WINDOW - 1} LIMIT 1`;
  return { text, values };
}

const patternOf = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * The statement that finds tasks that have the text, whatever else is asked; more than a few are not needed. With bounds of ids the planner
 * would read all texts between them.
 */
export function fewQuery({ text }: TaskTextFilter): Query {
  return {
    text: `SELECT task_id AS id FROM agent_task_text WHERE text ILIKE $1 LIMIT ${FEW + 1}`,
    values: [patternOf(text)],
  };
}

/** The statement that finds those of the window that have the text, from its end on. */
export function inWindowQuery(filter: TaskTextFilter, end: string | undefined): Query {
  const values: unknown[] = [patternOf(filter.text)];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const bounds = all(boundsOf(filter, 'task_id', bind), end !== undefined && `task_id >= ${bind(end)}`);
  // `OFFSET 0` has the window read in its order: the planner would look for the text in all tasks.
  const window = `SELECT task_id, text FROM agent_task_text WHERE ${bounds} ORDER BY task_id DESC OFFSET 0`;
  return { text: `SELECT task_id AS id FROM (${window}) w WHERE text ILIKE $1`, values };
}

/** The statement that finds those of some tasks that a filter means. One statement of both would be planned as if a text had no tasks. */
export function amongQuery(filter: TaskTextFilter, ids: readonly string[]): Query {
  const values: unknown[] = [filter.limit, `{${ids.join()}}`];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { states } = filter;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, span, rest, isOwn, isHeld } = conditions;
  const isSeen = isOwn && `(${isOwn.maker} AND ${isOwn.role} OR ${isHeld})`;
  const which = all(
    't.id = ANY ($2::uuid[])',
    ofFew(filter, conditions, bind) ?? all(ofAgent, span, rest, isSeen),
    states && `t.state = ANY (${bind(states)})`,
  );
  const text = `SELECT ${LISTED_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} ORDER BY t.id DESC LIMIT $1`;
  return { text, values };
}
