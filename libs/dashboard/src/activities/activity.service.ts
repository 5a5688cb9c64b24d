import { Injectable } from '@nestjs/common';
import { AgentReadService, type RecentTaskView } from '#agents';
import { type AuditEvent, AuditReadService } from '#auth';
import { ErrorReadService, type ErrorGroupSummary } from '#errors';
import { FinanceReadService, type RecentTransaction } from '#finance';
import { type Activity, type ActivityPosition, latestOf } from './activity.js';

/** What happened lately, from the audit trail, the ledger, the tasks and the errors. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly audit: AuditReadService,
    private readonly finance: FinanceReadService,
    private readonly agents: AgentReadService,
    private readonly errors: ErrorReadService,
  ) {}

  /**
   * The latest activities, newest first.
   *
   * @param after the last one of the page before
   */
  async latest(limit: number, after?: ActivityPosition): Promise<Activity[]> {
    const sources = [
      {
        name: 'audit',
        read: async (at?: Date, id?: string) => (await this.audit.latest(limit, at, id)).map(fromAudit),
      },
      {
        name: 'transaction',
        read: async (at?: Date, id?: string) =>
          (await this.finance.recentTransactions(limit, at, id)).map(fromTransaction),
      },
      {
        name: 'task',
        read: async (at?: Date, id?: string) => (await this.agents.recentTasks(limit, at, id)).map(fromTask),
      },
      {
        name: 'error',
        read: async (at?: Date, id?: string) => (await this.errors.recentGroups(limit, at, id)).map(fromError),
      },
    ];
    const [source, id] = after?.id.split(/:(.*)/s) ?? [];
    const last = sources.findIndex(({ name }) => name === source);
    const lists = await Promise.all(
      sources.map(({ read }, index) => {
        if (!after || index === last) return read(after?.timestamp, id);
        // Of the same instant the sources come one after the other.
        return read(index < last ? after.timestamp : new Date(after.timestamp.getTime() + 1));
      }),
    );
    return latestOf(lists, limit);
  }
}

function fromAudit({ id, occurredAt, action, outcome, actorId, subjectId }: AuditEvent): Activity {
  return {
    id: `audit:${id}`,
    timestamp: occurredAt,
    eventType: action,
    title: sentence(action),
    description: outcome === 'success' ? 'Done' : 'Refused',
    severity: outcome === 'success' ? 'info' : 'warning',
    ...(actorId === null ? {} : { actorId }),
    metadata: subjectId === null ? {} : { subjectId },
  };
}

function fromTransaction({ id, type, amount, currency, channel, createdAt }: RecentTransaction): Activity {
  return {
    id: `transaction:${id}`,
    timestamp: createdAt,
    eventType: `transaction.${type}`,
    title: `Recorded ${type}`,
    description: `${amount} ${currency}`,
    severity: 'info',
    metadata: { transactionId: id, amount, currency, channel },
  };
}

function fromTask({ id, agent, state, finishedAt, errorCode }: RecentTaskView): Activity {
  return {
    id: `task:${id}`,
    timestamp: finishedAt,
    eventType: `task.${state}`,
    title: `Task of ${agent} ${state}`,
    description: `The task ${state}${errorCode === undefined ? '' : `: ${errorCode}`}`,
    severity: state === 'failed' || state === 'dead' ? 'error' : state === 'cancelled' ? 'warning' : 'info',
    agentId: agent,
    metadata: { taskId: id },
  };
}

function fromError({ id, title, severity, status, count, lastSeen }: ErrorGroupSummary): Activity {
  const isGrave = severity === 'critical' || severity === 'high';
  return {
    id: `error:${id}`,
    timestamp: lastSeen,
    eventType: `error.${status}`,
    title,
    description: count === 1 ? 'Seen once' : `Seen ${count} times`,
    severity: isGrave ? 'error' : severity === 'medium' ? 'warning' : 'info',
    metadata: { groupId: id, errorSeverity: severity, count },
  };
}

/** `user.role_changed` as words. */
function sentence(action: string): string {
  const words = action.replace(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
