import { Injectable } from '@nestjs/common';
import type { AgentStatus } from './agent.js';
import { dollarsOf } from '../tasks/cost.js';
import type { TaskState } from '../tasks/task-state.js';
import { AgentStatisticsRepository } from './agent-statistics.repository.js';
import { type Caller, maySee, scopeOf, type TaskAccess } from '../tasks/task-access.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { type EndedFilter, type TaskNotice, TaskRepository } from '../tasks/task.repository.js';

export type { TaskAccess } from '../tasks/task-access.js';
export type { TaskNotice } from '../tasks/task.repository.js';

/** How one agent is doing. */
export interface AgentStatusView {
  /** Slug. */
  readonly agentId: string;
  readonly name: string;
  readonly status: AgentStatus;
  /** When a task of it last ended. */
  readonly lastActive: Date | null;
  /** Tasks that succeeded, ever. */
  readonly tasksCompleted: number;
  /** Tasks that wait to be started. */
  readonly tasksPending: number;
  /** Share of its latest attempts that succeeded, from 0 to 1; `null` when nothing ran yet. */
  readonly performanceScore: number | null;
  readonly capabilities: readonly string[];
  /** Since midnight UTC. */
  readonly tokensToday: number;
  /** Since midnight UTC, in US dollars, as a decimal text. */
  readonly costToday: string;
}

/** The queue of all agents. */
export interface QueueView {
  /** Tasks that wait to be started. */
  readonly depth: number;
  /** Wait of the task that is next in the longest waiting agent's queue; `null` when nothing waits. */
  readonly oldestQueuedSeconds: number | null;
  readonly running: number;
}

/** A task that ended lately. */
export interface RecentTaskView {
  readonly id: string;
  /** Slug. */
  readonly agent: string;
  readonly state: TaskState;
  readonly finishedAt: Date;
  /** Code of its error; the words of it are for those who may see the task. */
  readonly errorCode?: string;
  /** Who asked for it. */
  readonly createdBy: string;
  readonly correlationId: string | null;
}

/** An event of a task, by its number. */
export interface TaskEventPlace {
  readonly taskId: string;
  readonly seq: number;
}

/** Events after which a task waits for a person; refusing it is told before its end. */
const LEFT_WAITING: ReadonlySet<string> = new Set(['approval_required', 'refused']);

/** What other modules may know of agents. Reads counters and small indexes, never the history: fit to be asked often. */
@Injectable()
export class AgentReadService {
  constructor(
    private readonly statistics: AgentStatisticsRepository,
    private readonly tasks: TaskRepository,
    private readonly events: TaskEventRepository,
    private readonly notifications: TaskNotificationClient,
  ) {}

  /** Every agent, by slug. */
  async statuses(): Promise<AgentStatusView[]> {
    return (await this.statistics.summaries()).map((summary) => ({
      agentId: summary.slug,
      name: summary.name,
      status: summary.status,
      lastActive: summary.lastActiveAt,
      tasksCompleted: summary.succeeded,
      tasksPending: summary.pending,
      performanceScore: summary.successRate,
      capabilities: summary.capabilities,
      tokensToday: summary.tokensToday,
      costToday: dollarsOf(summary.costTodayMicros),
    }));
  }

  /** Waiting and running work over all agents. */
  async queue(): Promise<QueueView> {
    const summaries = await this.statistics.summaries();
    const waits = summaries.flatMap(({ oldestQueuedSeconds }) => oldestQueuedSeconds ?? []);
    return {
      depth: summaries.reduce((sum, { pending }) => sum + pending, 0),
      oldestQueuedSeconds: waits.length === 0 ? null : Math.max(...waits),
      running: summaries.reduce((sum, { running }) => sum + running, 0),
    };
  }

  /** The tasks that ended last, latest first: before an instant, or at it behind one of them. */
  async recentTasks(limit: number, filter: EndedFilter = {}, at?: Date, afterId?: string): Promise<RecentTaskView[]> {
    const ended = await this.tasks.recentlyEnded(limit, filter, at, afterId);
    return ended.map(({ error, ...task }) => ({ ...task, ...(error && { errorCode: error.code }) }));
  }

  /** Tasks by their ids, as they are now; those that were removed are missing. */
  notices(ids: readonly string[]): Promise<Map<string, TaskNotice>> {
    return this.tasks.notices(ids);
  }

  /** Of events by which tasks ended, those before which the task waited for approval. */
  async endedWaiting<T extends TaskEventPlace>(events: readonly T[]): Promise<Set<T>> {
    const before = await this.events.typesBefore(events);
    return new Set(events.filter((event) => LEFT_WAITING.has(before.get(event) ?? '')));
  }

  /** Whether somebody may see a task, as `GET /tasks` decides. */
  maySee(caller: Caller, access: TaskAccess): boolean {
    return maySee(caller, access);
  }

  /** Whether somebody may see every task. */
  maySeeAll(caller: Caller): boolean {
    return scopeOf(caller) === undefined;
  }

  /**
   * Tells at once when tasks were queued or ended, here or in another process. A hint only: some changes come without.
   *
   * @returns stops telling
   */
  onNews(listener: () => void): () => void {
    return this.notifications.listen(listener);
  }
}
