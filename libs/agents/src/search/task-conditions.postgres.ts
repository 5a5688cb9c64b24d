import { idsOfSpan, type TaskFilter } from './task-search.js';

/** Adds a value to a statement and gives its mark. */
export type Bind = (value: unknown) => string;

type Condition = string | undefined | false;

/** All of some conditions. */
export const all = (...conditions: Condition[]): string =>
  ['true', ...conditions].filter((condition) => typeof condition === 'string').join(' AND ');

/** Ids of a batch's tasks. The batch names them: an index of tasks by batch would be written anew with each change of each of them. */
const OF_BATCH = (batch: string): string =>
  `ARRAY(SELECT (o ->> 'taskId')::uuid FROM agent_batch b, jsonb_array_elements(b.operations) o WHERE b.id = ${batch})`;

/** What a filter says of `agent_task t` and `agent a`, beside states. */
export interface Conditions {
  readonly ofAgent: Condition;
  /** Of when. */
  readonly span: string;
  /** Of whom, for which schedule, in which unit of work, and exactly when. */
  readonly rest: string;
  /** Bounds that ids have, the lower one inclusive: marks of values. */
  readonly ids: { readonly from: string | undefined; readonly before: readonly string[] };
  /** Whether it is the caller's own, and of an agent that his role reaches; `undefined` where everything is seen. */
  readonly isOwn: { readonly maker: string; readonly role: string } | undefined;
  /** Whether it is seen because a worker of the caller's holds it. */
  readonly isHeld: string | undefined;
}

export function conditionsOf(filter: TaskFilter & { before?: string | undefined }, bind: Bind): Conditions {
  const { agent, createdBy, scheduleId, correlationId, from, to, before, scope } = filter;
  const [first, last] = idsOfSpan(filter);
  const own = scope && { by: bind(scope.createdBy), roles: bind(scope.roles), held: bind(scope.heldBy) };
  const ids = {
    from: first && bind(first),
    before: [before, last].flatMap((id) => (id === undefined ? [] : [bind(id)])),
  };
  return {
    ofAgent: agent !== undefined && `a.slug = ${bind(agent)}`,
    span: all(ids.from && `t.id >= ${ids.from}`, ...ids.before.map((id) => `t.id < ${id}`)),
    rest: all(
      createdBy !== undefined && `t.created_by = ${bind(createdBy)}`,
      scheduleId !== undefined && `t.schedule_id = ${bind(scheduleId)}`,
      correlationId !== undefined && `t.correlation_id = ${bind(correlationId)}`,
      from && `t.created_at >= ${bind(from)}`,
      to && `t.created_at < ${bind(to)}`,
    ),
    ids,
    isOwn: own && { maker: `t.created_by = ${own.by}`, role: `a.minimum_role = ANY (${own.roles})` },
    isHeld:
      own &&
      `t.state IN ('leased', 'running')
       AND EXISTS (SELECT FROM agent_worker w WHERE w.id = t.worker_id AND w.credential_id = ${own.held})`,
  };
}

/** Those of a batch or of a unit of work, which are few; `undefined` where a filter names neither. */
export function ofFew(
  { batchId, correlationId }: TaskFilter,
  { ofAgent, span, rest, isOwn, isHeld }: Conditions,
  bind: Bind,
): string | undefined {
  if (batchId === undefined && correlationId === undefined) return undefined;
  const isSeen = isOwn && `(${isOwn.maker} AND ${isOwn.role} OR ${isHeld})`;
  return all(batchId !== undefined && `t.id = ANY (${OF_BATCH(bind(batchId))})`, ofAgent, span, rest, isSeen);
}
