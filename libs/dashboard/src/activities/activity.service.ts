import { Injectable } from '@nestjs/common';
import { AgentReadService } from '#agents';
import { AuditReadService } from '#auth';
import { ErrorReadService } from '#errors';
import { FinanceReadService } from '#finance';
import { type Activity, type ActivityFilter, type ActivityPosition, type ActivityProof, latestOf } from './activity.js';
import {
  auditFilter,
  errorFilter,
  fromAudit,
  fromError,
  fromTask,
  fromTransaction,
  taskFilter,
  transactionFilter,
} from './activity-source.js';

/** One of the records that activities are in. */
interface Source {
  readonly name: string;
  /** The latest before an instant, or at it behind one of them. */
  readonly read: (at?: Date, id?: string) => Promise<Activity[]>;
}

/** What happened, as one record over the audit trail, the ledger, the tasks and the errors. */
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
  async latest(limit: number, filter: ActivityFilter = {}, after?: ActivityPosition): Promise<Activity[]> {
    const sources = this.sources(limit, filter);
    const [source, id] = after?.id.split(/:(.*)/s) ?? [];
    const last = sources.findIndex(({ name }) => name === source);
    const lists = await Promise.all(
      sources.map(({ read }, index) => {
        if (!after) return read(filter.until);
        if (index === last) return read(after.timestamp, id);
        // Of the same instant the sources come one after the other.
        return read(index < last ? after.timestamp : new Date(after.timestamp.getTime() + 1));
      }),
    );
    return latestOf(lists, limit);
  }

  /** The same activities, each with what proves it. */
  async proven(activities: readonly Activity[]): Promise<Activity[]> {
    const of = (kind: string): string[] =>
      activities.flatMap(({ subject, proof }) => (subject?.kind === kind && !proof ? [subject.id] : []));
    const [blocks, places] = await Promise.all([
      this.finance.blocksOf(of('transaction')),
      this.errors.latestPlaces(of('group')),
    ]);
    return activities.map((activity) => {
      if (activity.proof || !activity.subject) return activity;
      const { id } = activity.subject;
      const [block, place] = [blocks.get(id), places.get(id)];
      if (block !== undefined) return { ...activity, proof: { chain: 'ledger', block } satisfies ActivityProof };
      if (!place) return activity;
      const { runId, sequence, correlationId } = place;
      const proof: ActivityProof = { chain: 'run', runId, sequence };
      return { ...activity, proof, ...(correlationId !== null && { correlationId }) };
    });
  }

  /** Those that are asked; always in the same order. */
  private sources(limit: number, filter: ActivityFilter): Source[] {
    const [audit, transactions] = [auditFilter(filter), transactionFilter(filter)];
    const [tasks, errors] = [taskFilter(filter), errorFilter(filter)];
    const nothing = (): Promise<Activity[]> => Promise.resolve([]);
    return [
      {
        name: 'audit',
        read: audit ? async (at, id) => (await this.audit.latest(limit, audit, at, id)).map(fromAudit) : nothing,
      },
      {
        name: 'transaction',
        read: transactions
          ? async (at, id) => (await this.finance.recentTransactions(limit, transactions, at, id)).map(fromTransaction)
          : nothing,
      },
      {
        name: 'task',
        read: tasks ? async (at, id) => (await this.agents.recentTasks(limit, tasks, at, id)).map(fromTask) : nothing,
      },
      {
        name: 'error',
        read: errors
          ? async (at, id) => (await this.errors.recentGroups(limit, errors, at, id)).map(fromError)
          : nothing,
      },
    ];
  }
}
