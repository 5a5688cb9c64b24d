import type { Repository, SelectQueryBuilder } from 'typeorm';
import { AgentEntity } from '../tables/agent.entity.js';
import type { TaskEntity } from '../tables/task.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import type { ExecutorRole, SearchScope } from './task-access.js';
import { HELD_STATES, isHeld } from './task-state.js';
import type { Task, TaskGlance, TaskSummary } from './task.js';

/** Columns that `toGlance` needs. */
export const GLANCE = ['t.id', 't.state', 't.createdBy'];

/** A task with what others know of it: its agent, and the worker that holds or last held it. */
export type KnownTask = TaskEntity & { agent: string; minimumRole: ExecutorRole; workerCredential: string | null };

/** Tasks as `t`, with agents as `a` and workers as `w`. */
export function withAccess(tasks: Repository<TaskEntity>): SelectQueryBuilder<TaskEntity> {
  return tasks
    .createQueryBuilder('t')
    .innerJoin(AgentEntity, 'a', 'a.id = t.agentId')
    .leftJoin(WorkerEntity, 'w', 'w.id = t.workerId');
}

/** Lets through what somebody may see. */
export function within(builder: SelectQueryBuilder<TaskEntity>, scope: SearchScope): void {
  const { createdBy: maker, roles, heldBy } = scope;
  const isOwn = 't.createdBy = :maker AND a.minimumRole IN (:...roles)';
  const isHolder = 't.state IN (:...held) AND w.credentialId = :heldBy';
  builder.andWhere(`(${isOwn} OR ${isHolder})`, { maker, roles, heldBy, held: HELD_STATES });
}

/** Reads what `withAccess` selects. */
export async function readTasks(builder: SelectQueryBuilder<TaskEntity>): Promise<KnownTask[]> {
  const { entities, raw } = await builder
    .addSelect('a.slug', 'agent')
    .addSelect('a.minimumRole', 'minimum_role')
    .addSelect('w.credentialId', 'worker_credential')
    .getRawAndEntities<{ agent: string; minimum_role: ExecutorRole; worker_credential: string | null }>();
  return entities.map((task, index) => {
    const { agent, minimum_role: minimumRole, worker_credential: workerCredential } = raw[index]!;
    return Object.assign(task, { agent, minimumRole, workerCredential });
  });
}

export function toGlance({ state, createdBy, minimumRole, workerCredential }: KnownTask): TaskGlance {
  return { state, createdBy, minimumRole, heldBy: isHeld(state) ? workerCredential : null };
}

export function toTask(task: KnownTask): Task {
  const { parameters, output, hasDependents } = task;
  return { ...toSummary(task), parameters, output, hasDependents };
}

export function toSummary(task: KnownTask): TaskSummary {
  return {
    id: task.id,
    agent: task.agent,
    priority: task.priority,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    timeoutSeconds: task.timeoutSeconds,
    taskDescription: task.taskDescription,
    error: task.error,
    progress: task.progress,
    tokensIn: task.tokensIn,
    tokensOut: task.tokensOut,
    costMicros: task.costMicros,
    batchId: task.batchId,
    scheduleId: task.scheduleId,
    workerId: task.workerId,
    correlationId: task.correlationId,
    dependsOn: task.dependsOn,
    budget: { maxCostMicros: task.maxCostMicros, maxTokens: task.maxTokens },
    ...toGlance(task),
    createdAt: task.createdAt,
    queuedAt: task.queuedAt,
    runAt: task.runAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
    deadlineAt: task.deadlineAt ?? task.expiresAt,
    approvedAt: task.approvedAt,
    cancelRequestedAt: task.cancelRequestedAt,
    cancelAcknowledgedAt: task.cancelAcknowledgedAt,
    stoppedAt: task.stoppedAt,
  };
}
