import { In } from 'typeorm';
import type { Transaction } from '#platform/database';
import { dayOf } from '../registry/agent-statistics.repository.js';
import type { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentStatisticEntity } from '../tables/agent-statistic.entity.js';
import type { AgentEntity } from '../tables/agent.entity.js';
import { TaskEntity } from '../tables/task.entity.js';
import { textOf } from '../tasks/json-value.js';
import { type AgentQueue, judge, type Placed, reserveOf, slotsOf } from './claim-plan.js';

/** An agent as it is under its lock, with what was noted of its earlier tasks. */
export interface KnownAgent {
  readonly agent: AgentEntity;
  readonly signs: AgentRuntimeEntity;
}

/** Parameters that one room may hold, in bytes; the task that exceeds it is the last. */
export const MAX_BYTES = 2 * 2 ** 20;

/** Tasks whose parameters are read at once: each may have a megabyte of them. */
const READ_AT_ONCE = 32;

// States are no parameters: indexes have them.

/** Whether a waiting task `t` may start, as far as it depends on the task alone. */
export const IS_DUE = `t.state = 'queued' AND t.runAt <= :now AND t.rankAt <= :now AND t.dependsLeft = 0
  AND (t.expiresAt IS NULL OR t.expiresAt > :now)`;

/** Whether somebody holds a lease on a task `h`. */
export const IS_HELD = "h.state IN ('leased', 'running')";

/** What a claim needs of a task before it is certain to start; its parameters may be large. */
const PLANNED = [
  ...['t.id', 't.agentId', 't.attempt', 't.taskDescription', 't.timeoutSeconds', 't.correlationId', 't.traceparent'],
  ...['t.rankAt', 't.expiresAt', 't.approvedAt', 't.costMicros', 't.maxCostMicros', 't.estimateMicros'],
  ...['t.tokensIn', 't.tokensOut', 't.maxTokens', 't.estimateTokens'],
];

/** Locks as many of an agent's tasks as may start; what somebody else has locked is passed over. */
export async function lockQueue(
  tx: Transaction,
  { agent, signs }: KnownAgent,
  places: number,
  now: Date,
): Promise<AgentQueue<TaskEntity>> {
  const { priority } = agent;
  const { running, dayLeft } = await useOf(tx, agent, now);
  const slots = Math.min(slotsOf(agent, signs, running, now), places);
  if (slots <= 0) return { priority, tasks: [] };
  const due = tx.repository(TaskEntity).createQueryBuilder('t').select(PLANNED);
  due.where({ agentId: agent.id }).andWhere(IS_DUE, { now });
  const tasks = await tx.lockMany(due.orderBy('t.rankAt').addOrderBy('t.id').limit(slots), true);
  return { priority, tasks: judge(tasks, agent, dayLeft) };
}

/** Of what each room was given, what it can hold, with its parameters. */
export async function readFitting(
  tx: Transaction,
  placed: readonly Placed<TaskEntity>[],
): Promise<Placed<TaskEntity>[]> {
  const fitting: Placed<TaskEntity>[] = [];
  for (const room of new Set(placed.map((one) => one.room))) {
    const given = placed.filter((one) => one.room === room);
    for (let [first, bytes] = [0, 0]; first < given.length && bytes <= MAX_BYTES; first += READ_AT_ONCE) {
      const some = given.slice(first, first + READ_AT_ONCE);
      const where = { id: In(some.flatMap(({ task, isOver }) => (isOver ? [] : task.id))) };
      const read = await tx.repository(TaskEntity).find({ select: { id: true, parameters: true }, where });
      const byId = new Map(read.map(({ id, parameters }) => [id, parameters]));
      for (const one of some) {
        if (bytes > MAX_BYTES) break;
        const parameters = byId.get(one.task.id) ?? {};
        fitting.push({ ...one, task: { ...one.task, parameters } });
        bytes += Buffer.byteLength(textOf(parameters));
      }
    }
  }
  return fitting;
}

/** How many tasks of an agent run, and what is left of its day: its budget without what was spent and what they have set aside. */
async function useOf(
  tx: Transaction,
  agent: AgentEntity,
  now: Date,
): Promise<{ running: number; dayLeft: bigint | null }> {
  const today = { agentId: agent.id, day: dayOf(now) };
  const held = tx.repository(TaskEntity).createQueryBuilder('h').where(`h.agentId = :agentId AND ${IS_HELD}`, today);
  if (agent.dailyCostMicros === null) return { running: await held.getCount(), dayLeft: null };
  const counted = held.subQuery().select('SUM(s.dayCostMicros)').from(AgentStatisticEntity, 's');
  counted.where('s.agentId = :agentId AND s.day = :day');
  // In one statement: what a task has set aside becomes what was spent when it ends.
  const { entities, raw } = await held
    .select(['h.id', 'h.costMicros', 'h.maxCostMicros', 'h.estimateMicros'])
    .addSelect(counted.getQuery(), 'spent')
    .getRawAndEntities<{ spent: string | null }>();
  let left = agent.dailyCostMicros - BigInt(raw[0]?.spent ?? 0);
  if (entities.length === 0) {
    // Nothing runs, and under the agent's lock nothing begins to.
    for (const { dayCostMicros } of await tx.repository(AgentStatisticEntity).findBy(today)) left -= dayCostMicros;
  }
  for (const task of entities) left -= reserveOf(task, agent);
  return { running: entities.length, dayLeft: left };
}
