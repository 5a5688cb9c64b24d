import { LISTED_COLUMNS } from '../tasks/task-columns.postgres.js';
import { all, type Bind, conditionsOf, ofFew } from './task-conditions.postgres.js';
import { idsOfSpan, type TaskTextFilter } from './task-search.js';

/** A statement and what it is given. */
interface Query {
  readonly text: string;
  readonly values: unknown[];
}

/** Descriptions of the newest tasks that are looked through for a text. */
const WINDOW = 3_000;

/** So many tasks that have a text are looked up one by one, whatever else is asked of them. */
export const FEW = 1_000;

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

/** The statement that finds tasks before the end of the window that have the text; more than a few count as a great many. */
export function fewQuery(filter: TaskTextFilter, end: string): Query {
  const values: unknown[] = [patternOf(filter.text)];
  const bounds = boundsOf({ ...filter, before: end }, 'task_id', (value) => `$${values.push(value)}`);
  const text = `SELECT task_id AS id FROM agent_task_text WHERE text ILIKE $1 AND ${bounds} LIMIT ${FEW + 1}`;
  return { text, values };
}

/** The statement that finds the tasks of the window, from an id on, or those of some ids, and what it is given. */
export function textQuery(filter: TaskTextFilter, from: string | undefined, ids: readonly string[] | undefined): Query {
  const values: unknown[] = [filter.limit];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { states } = filter;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, span, rest, isOwn, isHeld } = conditions;
  const isSeen = isOwn && `(${isOwn.maker} AND ${isOwn.role} OR ${isHeld})`;
  const which = all(
    ofFew(filter, conditions, bind) ?? all(ofAgent, span, rest, isSeen),
    states && `t.state = ANY (${bind(states)})`,
  );
  const source = ids ? `unnest(${bind(ids)}::uuid[]) AS x (task_id)` : `(${ofWindow(filter, from, bind)}) AS x`;
  const text = `
    SELECT ${LISTED_COLUMNS} FROM ${source} JOIN agent_task t ON t.id = x.task_id JOIN agent a ON a.id = t.agent_id
    WHERE ${which} ORDER BY t.id DESC LIMIT $1`;
  return { text, values };
}

/** SQL of the window's tasks that have the text. `OFFSET 0` has it read in its order: the planner would look for the text first, or join first. */
function ofWindow(filter: TaskTextFilter, from: string | undefined, bind: Bind): string {
  const bounds = all(boundsOf(filter, 'task_id', bind), from !== undefined && `task_id >= ${bind(from)}`);
  const window = `SELECT task_id, text FROM agent_task_text WHERE ${bounds} ORDER BY task_id DESC OFFSET 0`;
  return `SELECT task_id FROM (${window}) w WHERE text ILIKE ${bind(patternOf(filter.text))} OFFSET 0`;
}
