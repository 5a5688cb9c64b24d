import { Injectable } from '@nestjs/common';
import { AgentReadService, type TaskNotice } from '#agents';
import { type AuditEvent, AuditReadService } from '#auth';
import { type ErrorGroupSummary, ErrorReadService } from '#errors';
import { FinanceReadService, type RecentTransaction } from '#finance';
import type { Activity } from '../activities/activity.js';
import { fromAudit, fromError, fromTask, fromTransaction } from '../activities/activity-source.js';
import type { Bulletin, Change, Stretch } from './bulletin.js';
import { type Issue, issueOf, type Item, MOST_OF_A_TOPIC } from './news.js';
import { stateAfter } from './task-news.js';

/** A change of a task's state: an event with its number. */
interface TaskChange extends Change {
  readonly taskId: string;
  readonly seq: number;
  readonly type: string;
}

/** What bulletins are about, as it is now. */
interface Subjects {
  readonly tasks: ReadonlyMap<string, TaskNotice>;
  readonly groups: ReadonlyMap<string, ErrorGroupSummary>;
  /** Changes by which tasks ended that had waited for approval. */
  readonly endedWaiting: ReadonlySet<TaskChange>;
}

/** Makes of bulletins what is told: looks up what they are about, once for all readers. */
@Injectable()
export class IssueService {
  constructor(
    private readonly agents: AgentReadService,
    private readonly errors: ErrorReadService,
    private readonly audit: AuditReadService,
    private readonly finance: FinanceReadService,
  ) {}

  /** In the order of the bulletins. */
  async issuesOf(bulletins: readonly Bulletin[]): Promise<Issue[]> {
    const changes = new Map(bulletins.map((bulletin) => [bulletin, tellable(bulletin)]));
    const subjects = await this.subjectsOf([...changes.values()].flat());
    const issues: Issue[] = [];
    for (const bulletin of bulletins) {
      const [events, transactions] = await Promise.all([
        this.eventsOf(bulletin.audit),
        this.transactionsOf(bulletin.blocks),
      ]);
      const activities = [...events.map(fromAudit), ...transactions.map(fromTransaction)];
      const items: Item[] = [
        ...(changes.get(bulletin) ?? []).flatMap((change) => itemsOf(change, subjects, bulletin.madeAt)),
        ...activities.map(itemOfActivity),
      ];
      issues.push(issueOf(bulletin.number, items));
    }
    return issues;
  }

  private async subjectsOf(changes: readonly (TaskChange | Change)[]): Promise<Subjects> {
    const tasks = changes.filter(isOfTask);
    const idsOf = (kind: Change['kind']): string[] => [
      ...new Set(changes.filter((change) => change.kind === kind).map(({ id }) => id)),
    ];
    const ended = tasks.filter(({ type }) => type === 'cancelled' || type === 'failed');
    const [notices, groups, endedWaiting] = await Promise.all([
      inParts(idsOf('task'), (ids) => this.agents.notices(ids)),
      inParts(idsOf('error'), (ids) => this.errors.groupsById(ids)),
      this.agents.endedWaiting(ended),
    ]);
    return { tasks: notices, groups, endedWaiting };
  }

  /** One more than are told one by one is enough to see that there are too many. */
  private eventsOf({ after, to }: Stretch): Promise<AuditEvent[]> {
    return to > after ? this.audit.between(after, Math.min(to, after + MOST_OF_A_TOPIC + 1)) : Promise.resolve([]);
  }

  private transactionsOf({ after, to }: Stretch): Promise<RecentTransaction[]> {
    return to > after ? this.finance.transactionsOfBlocks(after, to, MOST_OF_A_TOPIC + 1) : Promise.resolve([]);
  }
}

/** Changes that are told of: those of a task that change its state, and of a group its last, since it is told as it is now. */
function tellable({ changes }: Bulletin): (TaskChange | Change)[] {
  const lastOfGroup = new Map<string, Change>();
  for (const change of changes) if (change.kind === 'error') lastOfGroup.set(change.id, change);
  return changes.flatMap((change): (TaskChange | Change)[] => {
    if (change.kind === 'error') return lastOfGroup.get(change.id) === change ? [change] : [];
    const { id: taskId, seq, type } = change;
    if (seq === undefined || type === undefined || stateAfter(type) === undefined) return [];
    return [{ ...change, taskId, seq, type }];
  });
}

function isOfTask(change: TaskChange | Change): change is TaskChange {
  return change.kind === 'task';
}

/** What is told of a change; as many items whatever is left of what it is about. */
function itemsOf(change: TaskChange | Change, subjects: Subjects, at: Date): Item[] {
  return isOfTask(change) ? itemsOfTask(change, subjects, at) : itemsOfGroup(change.id, subjects);
}

function itemsOfGroup(groupId: string, { groups }: Subjects): Item[] {
  const group = groups.get(groupId);
  return [
    { topic: 'errors', data: group && { groupId, status: group.status, count: group.count } },
    itemOfActivity(group && fromError(group)),
  ];
}

function itemsOfTask(change: TaskChange, { tasks, endedWaiting }: Subjects, at: Date): Item[] {
  const { taskId: id, type } = change;
  const notice = tasks.get(id);
  const state = stateAfter(type, notice?.state);
  const told = { data: notice && { id, agent: notice.agent, state }, access: notice?.access };
  const items: Item[] = [{ topic: 'tasks', ...told }];
  const isOfApproval = type === 'approval_required' || type === 'approved' || endedWaiting.has(change);
  if (isOfApproval) items.push({ topic: 'approvals', ...told });
  if (state !== undefined && ENDS.has(type)) {
    // It may have been queued again since.
    const { createdBy } = notice?.access ?? { createdBy: '' };
    const ended = notice && { ...notice, id, state, createdBy, finishedAt: notice.finishedAt ?? at };
    items.push(itemOfActivity(ended && fromTask(ended)));
  }
  return items;
}

/** As `GET /dashboard/activities` shows it. */
function itemOfActivity(activity: Activity | undefined): Item {
  if (!activity) return { topic: 'activities', data: undefined };
  const { id, timestamp, eventType, title, description, severity, agentId, actorId, metadata } = activity;
  const data = { id, timestamp, eventType, title, description, severity, agentId, actorId, metadata };
  return { topic: 'activities', data };
}

/** Types of events by which a task ends. */
const ENDS: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'dead']);

/** Ids asked for at once. */
const PART = 1_000;

async function inParts<T>(
  ids: readonly string[],
  ask: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (let from = 0; from < ids.length; from += PART)
    for (const [id, value] of await ask(ids.slice(from, from + PART))) found.set(id, value);
  return found;
}
