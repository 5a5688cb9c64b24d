import { type EndedFilter, type EndedState, FINAL_STATES, type RecentTaskView } from '#agents';
import type { AuditEvent, AuditFilter } from '#auth';
import { type ErrorGroupSummary, GROUP_STATUSES, type RecentGroupFilter } from '#errors';
import type { RecentFilter, RecentTransaction } from '#finance';
import type { Severity } from '#platform/kernel';
import type { Activity, ActivityFilter, ActivitySeverity } from './activity.js';

const TASK_SEVERITY: Readonly<Record<EndedState, ActivitySeverity>> = {
  succeeded: 'info',
  cancelled: 'warning',
  failed: 'error',
  dead: 'error',
};

const ERROR_SEVERITIES: Readonly<Record<ActivitySeverity, readonly Severity[]>> = {
  error: ['critical', 'high'],
  warning: ['medium'],
  info: ['low', 'info'],
};

/** What the audit trail has to be asked for, or `undefined` when nothing of it can be meant. */
export function auditFilter({ severity, type, agent, actor, since }: ActivityFilter): AuditFilter | undefined {
  if (severity === 'error' || agent !== undefined) return undefined;
  const outcome = severity && (severity === 'info' ? ('success' as const) : ('failure' as const));
  return { action: type, outcome, actorId: actor, since };
}

/** Likewise of the ledger. */
export function transactionFilter({ severity, type, agent, actor, since }: ActivityFilter): RecentFilter | undefined {
  if ((severity !== undefined && severity !== 'info') || agent !== undefined) return undefined;
  const kind = type === undefined ? undefined : after('transaction.', type);
  return kind === null ? undefined : { type: kind, createdBy: actor, since };
}

/** Likewise of the tasks. */
export function taskFilter({ severity, type, agent, actor, since }: ActivityFilter): EndedFilter | undefined {
  const state = type === undefined ? undefined : after('task.', type);
  const meant = FINAL_STATES.filter(
    (one) => (state === undefined || one === state) && (severity === undefined || TASK_SEVERITY[one] === severity),
  );
  if (meant.length === 0) return undefined;
  const states = meant.length === FINAL_STATES.length ? undefined : meant;
  return { states, agent, createdBy: actor, since };
}

/** Likewise of the groups of errors. */
export function errorFilter({ severity, type, agent, actor, since }: ActivityFilter): RecentGroupFilter | undefined {
  if (agent !== undefined || actor !== undefined) return undefined;
  const named = type === undefined ? undefined : after('error.', type);
  const status = GROUP_STATUSES.find((one) => one === named);
  if (named !== undefined && status === undefined) return undefined;
  return { severities: severity && ERROR_SEVERITIES[severity], status, since };
}

/** What follows a prefix; `null` where there is another. */
function after(prefix: string, type: string): string | null {
  return type.startsWith(prefix) ? type.slice(prefix.length) : null;
}

export function fromAudit(event: AuditEvent): Activity {
  const { id, sequence, occurredAt, action, outcome, actorId, subjectId, correlationId } = event;
  return {
    id: `audit:${id}`,
    timestamp: occurredAt,
    eventType: action,
    title: sentence(action),
    description: outcome === 'success' ? 'Done' : 'Refused',
    severity: outcome === 'success' ? 'info' : 'warning',
    ...(actorId !== null && { actorId }),
    ...(subjectId !== null && { subject: { kind: 'user', id: subjectId } }),
    ...(correlationId !== null && { correlationId }),
    proof: { chain: 'audit', sequence },
    metadata: subjectId === null ? {} : { subjectId },
  };
}

export function fromTransaction(transaction: RecentTransaction): Activity {
  const { id, type, amount, currency, channel, createdAt, createdBy, correlationId } = transaction;
  return {
    id: `transaction:${id}`,
    timestamp: createdAt,
    eventType: `transaction.${type}`,
    title: `Recorded ${type}`,
    description: `${amount} ${currency}`,
    severity: 'info',
    ...(createdBy !== null && { madeBy: createdBy }),
    subject: { kind: 'transaction', id },
    ...(correlationId !== null && { correlationId }),
    metadata: { transactionId: id, amount, currency, channel },
  };
}

export function fromTask(task: RecentTaskView): Activity {
  const { id, agent, state, finishedAt, errorCode, createdBy, correlationId } = task;
  return {
    id: `task:${id}`,
    timestamp: finishedAt,
    eventType: `task.${state}`,
    title: `Task of ${agent} ${state}`,
    description: `The task ${state}${errorCode === undefined ? '' : `: ${errorCode}`}`,
    severity: TASK_SEVERITY[state as EndedState],
    agentId: agent,
    madeBy: createdBy,
    subject: { kind: 'task', id },
    ...(correlationId !== null && { correlationId }),
    proof: { chain: 'task', taskId: id },
    metadata: { taskId: id },
  };
}

export function fromError({ id, title, severity, status, count, lastSeen }: ErrorGroupSummary): Activity {
  const isMeant = (one: ActivitySeverity): boolean => ERROR_SEVERITIES[one].includes(severity);
  return {
    id: `error:${id}`,
    timestamp: lastSeen,
    eventType: `error.${status}`,
    title,
    description: count === 1 ? 'Seen once' : `Seen ${count} times`,
    severity: isMeant('error') ? 'error' : isMeant('warning') ? 'warning' : 'info',
    subject: { kind: 'group', id },
    metadata: { groupId: id, errorSeverity: severity, count },
  };
}

/** `user.role_changed` as words. */
function sentence(action: string): string {
  const words = action.replace(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
