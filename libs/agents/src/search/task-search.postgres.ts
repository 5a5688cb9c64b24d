import { Injectable } from '@nestjs/common';
import { everyLane } from '#platform/database';
import { LISTED_COLUMNS, type SummaryRow, toSummary } from '../tasks/task-columns.postgres.js';
import { TASK_STATES, type TaskState } from '../tasks/task-state.js';
import type { TaskSummary } from '../tasks/task.js';
import { TaskSearchRepository } from './task-search.repository.js';
import {
  idsOfSpan,
  MOST_COUNTED,
  type StateCount,
  type TaskFilter,
  type TaskPageFilter,
  toStateCount,
} from './task-search.js';

/** Lists read about as many tasks as they answer, and counts as many as they tell. Bench: `tasks of an agent and a state`, `tasks by state`. */
@Injectable()
export class PostgresTaskSearchRepository extends TaskSearchRepository {
  override async list(filter: TaskPageFilter): Promise<TaskSummary[]> {
    const { text, values } = listQuery(filter);
    return (await this.database.query<SummaryRow>(text, values)).map(toSummary);
  }

  override async count(filter: TaskFilter): Promise<StateCount[]> {
    const { text, values } = countQuery(filter);
    const rows = await this.database.query<{ state: TaskState; count: number }>(text, values);
    const counted = new Map(rows.map(({ state, count }) => [state, count]));
    return (filter.states ?? TASK_STATES).map((state) => toStateCount(state, counted.get(state) ?? 0));
  }
}

/** Adds a value to a statement and gives its mark. */
type Bind = (value: unknown) => string;

type Condition = string | undefined | false;

const all = (...conditions: Condition[]): string =>
  ['true', ...conditions].filter((condition) => typeof condition === 'string').join(' AND ');

/** Ids of a batch's tasks. The batch names them: an index of tasks by batch would be written anew with each change of each of them. */
const OF_BATCH = (batch: string): string =>
  `ARRAY(SELECT (o ->> 'taskId')::uuid FROM agent_batch b, jsonb_array_elements(b.operations) o WHERE b.id = ${batch})`;

/** What a filter says of `agent_task t` and `agent a`, beside states. */
interface Conditions {
  readonly ofAgent: Condition;
  /** Of when, of whom and of what. */
  readonly rest: string;
  /** Whether it is the caller's own, and of an agent that his role reaches; `undefined` where everything is seen. */
  readonly isOwn: { readonly maker: string; readonly role: string } | undefined;
  /** Whether it is seen because a worker of the caller's holds it. */
  readonly isHeld: string | undefined;
}

function conditionsOf(filter: TaskFilter & { before?: string | undefined }, bind: Bind): Conditions {
  const { agent, createdBy, scheduleId, from, to, before, scope } = filter;
  const [first, last] = idsOfSpan(filter);
  const own = scope && { by: bind(scope.createdBy), roles: bind(scope.roles), held: bind(scope.heldBy) };
  return {
    ofAgent: agent !== undefined && `a.slug = ${bind(agent)}`,
    rest: all(
      createdBy !== undefined && `t.created_by = ${bind(createdBy)}`,
      scheduleId !== undefined && `t.schedule_id = ${bind(scheduleId)}`,
      before !== undefined && `t.id < ${bind(before)}`,
      from && `t.id >= ${bind(first)} AND t.created_at >= ${bind(from)}`,
      to && `t.id < ${bind(last)} AND t.created_at < ${bind(to)}`,
    ),
    isOwn: own && { maker: `t.created_by = ${own.by}`, role: `a.minimum_role = ANY (${own.roles})` },
    isHeld:
      own &&
      `t.state IN ('leased', 'running')
       AND EXISTS (SELECT FROM agent_worker w WHERE w.id = t.worker_id AND w.credential_id = ${own.held})`,
  };
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

function lanesOf({ createdBy, scheduleId, scope }: TaskFilter, states: string, bind: Bind): Lanes {
  const isOn = 't.agent_id = lane.agent_id AND t.state = lane.state';
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

function ofBatch(batchId: string, { ofAgent, rest, isOwn, isHeld }: Conditions, bind: Bind): string {
  const isSeen = isOwn && `(${isOwn.maker} AND ${isOwn.role} OR ${isHeld})`;
  return all(`t.id = ANY (${OF_BATCH(bind(batchId))})`, ofAgent, rest, isSeen);
}

/** Whether a filter needs more than the order of ids. */
function isBounded({ agent, states, createdBy, scheduleId, scope }: TaskFilter): boolean {
  // All states are none in particular.
  if (new Set(states).size % TASK_STATES.length > 0) return true;
  return [agent, createdBy, scheduleId, scope].some((one) => one !== undefined);
}

/**
 * The statement that finds tasks, newest first, and what it is given. Whatever is asked for, it reads about as many tasks as it answers: a
 * page of each lane that comes into question, or the tasks of a batch.
 */
export function listQuery(filter: TaskPageFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [filter.limit];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { batchId, states } = filter;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, rest, isOwn, isHeld } = conditions;
  let which = rest;
  if (batchId !== undefined) {
    which = all(ofBatch(batchId, conditions, bind), states && `t.state = ANY (${bind(states)})`);
  } else if (isBounded(filter)) {
    const inStates = bind(states ?? TASK_STATES);
    const lanes = lanesOf(filter, inStates, bind);
    const ofEach = `
      WITH RECURSIVE lane AS (${lanes.sql})
      SELECT page.id FROM lane JOIN agent a ON a.id = lane.agent_id CROSS JOIN LATERAL (
        SELECT t.id FROM agent_task t WHERE ${all(isOwn?.maker, lanes.isOn, rest)} ORDER BY t.id DESC LIMIT $1
      ) page WHERE ${all(`lane.state = ANY (${inStates})`, ofAgent, isOwn?.role)}`;
    // What his workers hold is little.
    const held = `
      SELECT t.id FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE ${all(isHeld, `t.state = ANY (${inStates})`, ofAgent, rest)}`;
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
  const { batchId } = filter;
  const conditions = conditionsOf(filter, bind);
  const { ofAgent, rest, isOwn, isHeld } = conditions;
  if (batchId !== undefined) {
    const which = all(ofBatch(batchId, conditions, bind), 't.state = ANY ($1)');
    const text = `SELECT t.state, count(*)::integer AS count FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE ${which} GROUP BY 1`;
    return { text, values };
  }
  const most = bind(MOST_COUNTED + 1);
  const lanes = lanesOf(filter, '$1', bind);
  const ofEach = `
    SELECT FROM lane JOIN agent a ON a.id = lane.agent_id CROSS JOIN LATERAL (
      SELECT FROM agent_task t WHERE ${all(isOwn?.maker, lanes.isOn, rest)} LIMIT ${most}
    ) page WHERE ${all('lane.state = s.state', ofAgent, isOwn?.role)} LIMIT ${most}`;
  const heldOfOthers = `
    SELECT FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE ${all(isHeld, 't.state = s.state', isOwn && `NOT (${isOwn.maker} AND ${isOwn.role})`, ofAgent, rest)}`;
  const found = isHeld === undefined ? ofEach : `(${ofEach}) UNION ALL ${heldOfOthers}`;
  const text = `
    WITH RECURSIVE lane AS MATERIALIZED (${lanes.sql})
    SELECT s.state, (SELECT count(*) FROM (${found}) found)::integer AS count FROM unnest($1::text[]) AS s (state)`;
  return { text, values };
}
