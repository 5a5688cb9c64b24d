import { Injectable } from '@nestjs/common';
import { everyLane } from '#platform/database';
import { LISTED_COLUMNS, type SummaryRow, toSummary } from '../tasks/task-columns.postgres.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';
import type { TaskSummary } from '../tasks/task.js';
import { TaskSearchRepository } from './task-search.repository.js';
import { all, type Bind, type Conditions, conditionsOf, ofFew } from './task-conditions.postgres.js';
import {
  MOST_COUNTED,
  type StateCount,
  type TaskFilter,
  type TaskPageFilter,
  type TasksOfText,
  type TaskTextFilter,
  toStateCount,
} from './task-search.js';
import { amongQuery, FEW, fewQuery, inWindowQuery, type Query, windowQuery } from './task-text.postgres.js';

/**
 * Lists read about as many tasks as they answer, and counts as many as they tell. Bench: `tasks of an agent and a state`, `tasks by state`,
 * `tasks with a text`.
 */
@Injectable()
export class PostgresTaskSearchRepository extends TaskSearchRepository {
  override async list(filter: TaskPageFilter): Promise<TaskSummary[]> {
    const { text, values } = listQuery(filter);
    return (await this.database.query<SummaryRow>(text, values)).map(toSummary);
  }

  /**
   * What many have is among the newest descriptions, in their order; what few have, the index of texts finds. What is neither is looked for a
   * window at a time: then the answer says how far that was.
   */
  override async listWithText(filter: TaskTextFilter): Promise<TasksOfText> {
    const [end] = await this.ids(windowQuery(filter));
    const tasks = await this.among(filter, await this.ids(inWindowQuery(filter, end)));
    if (end === undefined || tasks.length === filter.limit) return { tasks, end: undefined };
    const few = await this.ids(fewQuery(filter));
    if (few.length > FEW) return { tasks, end };
    const older = few.filter((id) => id < end);
    return { tasks: [...tasks, ...(await this.among(filter, older))].slice(0, filter.limit), end: undefined };
  }

  private async ids({ text, values }: Query): Promise<string[]> {
    return (await this.database.query<{ id: string }>(text, values)).map(({ id }) => id);
  }

  private async among(filter: TaskTextFilter, ids: readonly string[]): Promise<TaskSummary[]> {
    if (ids.length === 0) return [];
    const { text, values } = amongQuery(filter, ids);
    return (await this.database.query<SummaryRow>(text, values)).map(toSummary);
  }

  override async count(filter: TaskFilter): Promise<StateCount[]> {
    const { text, values } = countQuery(filter);
    const rows = await this.database.query<{ state: TaskState; count: number }>(text, values);
    const counted = new Map(rows.map(({ state, count }) => [state, count]));
    return (filter.states ?? TASK_STATES).map((state) => toStateCount(state, counted.get(state) ?? 0));
  }
}

/**
 * Lanes: tasks that an index has in the order of their ids, one behind the other. Of a schedule or a maker they are those that there are, else
 * each state of each agent.
 */
interface Lanes {
  /** SQL of the expression `lane`. */
  readonly sql: string;
  /** Whether `agent_task t` is on a lane. */
  readonly isOn: string;
}

/** What the tasks of a lane are in the order of. */
const LANE_ORDER = 't.agent_id DESC, t.state DESC, t.id DESC';

/**
 * Whether a task is on a lane within bounds of ids, said as ranges of the index that has lanes in their order. Said of the id alone, the
 * planner would often take the index of ids and read everything in between, for each lane: it knows too little of how ids are spread.
 */
function betweenIds({ from, before }: Conditions['ids']): string {
  const compared = (sign: string, id?: string): string =>
    id === undefined
      ? `(t.agent_id, t.state) ${sign} (lane.agent_id, lane.state)`
      : `(t.agent_id, t.state, t.id) ${sign} (lane.agent_id, lane.state, ${id})`;
  const ends = before.map((id) => compared('<', id));
  return all(compared('>=', from), ...(ends.length > 0 ? ends : [compared('<=')]));
}

function lanesOf(
  { createdBy, scheduleId, scope }: TaskFilter,
  states: string,
  ids: Conditions['ids'],
  bind: Bind,
): Lanes {
  const isOn = betweenIds(ids);
  const maker = createdBy ?? scope?.createdBy;
  const own = [
    ...(scheduleId === undefined ? [] : [`m.schedule_id = ${bind(scheduleId)}`]),
    ...(maker === undefined ? [] : [`m.created_by = ${bind(maker)}`]),
  ];
  const source = { table: 'agent_task', own };
  if (maker !== undefined) return { sql: everyLane(source, ['agent_id', 'state']), isOn };
  if (scheduleId !== undefined) {
    // Its few owners come first.
    const keys = ['created_by', 'agent_id', 'state'];
    return { sql: everyLane(source, keys), isOn: `t.created_by = lane.created_by AND ${isOn}` };
  }
  return { sql: `SELECT id AS agent_id, state FROM agent CROSS JOIN unnest(${states}::text[]) AS s (state)`, isOn };
}

/** Whether a filter needs more than the order of ids. */
function isBounded({ agent, states, createdBy, scheduleId, scope }: TaskFilter): boolean {
  // All states are none in particular.
  if (new Set(states).size % TASK_STATES.length > 0) return true;
  return [agent, createdBy, scheduleId, scope].some((one) => one !== undefined);
}

/**
 * The statement that finds tasks, newest first, and what it is given. Whatever is asked for, it reads about as many tasks as it answers: a
 * page of each lane that comes into question, or the tasks of a batch or of a unit of work.
 */
export function listQuery(filter: TaskPageFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [filter.limit];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { states } = filter;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, span, rest, ids, isOwn, isHeld } = conditions;
  let which = all(span, rest);
  const few = ofFew(filter, conditions, bind);
  if (few !== undefined) {
    which = all(few, states && `t.state = ANY (${bind(states)})`);
  } else if (isBounded(filter)) {
    const inStates = bind(states ?? TASK_STATES);
    const lanes = lanesOf(filter, inStates, ids, bind);
    const ofEach = `
      WITH RECURSIVE lane AS (${lanes.sql})
      SELECT page.id FROM lane JOIN agent a ON a.id = lane.agent_id CROSS JOIN LATERAL (
        SELECT t.id FROM agent_task t WHERE ${all(isOwn?.maker, lanes.isOn, rest)} ORDER BY ${LANE_ORDER} LIMIT $1
      ) page WHERE ${all(`lane.state = ANY (${inStates})`, ofAgent, isOwn?.role)}`;
    // What his workers hold is little.
    const held = `
      SELECT t.id FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE ${all(isHeld, `t.state = ANY (${inStates})`, ofAgent, span, rest)}`;
    const found = isHeld === undefined ? ofEach : `(${ofEach}) UNION ${held}`;
    which = `t.id = ANY (ARRAY(SELECT id FROM (${found}) found ORDER BY id DESC LIMIT $1))`;
  }
  const text = `SELECT ${LISTED_COLUMNS} FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} ORDER BY t.id DESC LIMIT $1`;
  return { text, values };
}

/** The statement that counts tasks by state, of each state up to one more than is told, and what it is given. */
export function countQuery(filter: TaskFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [filter.states ?? TASK_STATES];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, span, rest, ids, isOwn, isHeld } = conditions;
  const few = ofFew(filter, conditions, bind);
  if (few !== undefined) {
    const which = all(few, 't.state = ANY ($1)');
    const text = `SELECT t.state, count(*)::integer AS count FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} GROUP BY 1`;
    return { text, values };
  }
  const most = bind(MOST_COUNTED + 1);
  const lanes = lanesOf(filter, '$1', ids, bind);
  const ofEach = `
    SELECT FROM lane JOIN agent a ON a.id = lane.agent_id CROSS JOIN LATERAL (
      SELECT FROM agent_task t WHERE ${all(isOwn?.maker, lanes.isOn, rest)} ORDER BY ${LANE_ORDER} LIMIT ${most}
    ) page WHERE ${all('lane.state = s.state', ofAgent, isOwn?.role)} LIMIT ${most}`;
  const heldOfOthers = `
    SELECT FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE ${all(isHeld, 't.state = s.state', isOwn && `NOT (${isOwn.maker} AND ${isOwn.role})`, ofAgent, span, rest)}`;
  const found = isHeld === undefined ? ofEach : `(${ofEach}) UNION ALL ${heldOfOthers}`;
  const text = `
    WITH RECURSIVE lane AS MATERIALIZED (${lanes.sql})
    SELECT s.state, (SELECT count(*) FROM (${found}) found)::integer AS count FROM unnest($1::text[]) AS s (state)`;
  return { text, values };
}
