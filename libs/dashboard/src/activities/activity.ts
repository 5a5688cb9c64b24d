export const ACTIVITY_SEVERITIES = ['info', 'warning', 'error'] as const;
export type ActivitySeverity = (typeof ACTIVITY_SEVERITIES)[number];

/** Something that happened, told to a person. */
export interface Activity {
  /** Unique over all sources: `audit:…`, `transaction:…`, `task:…`, `error:…`. */
  readonly id: string;
  readonly timestamp: Date;
  /** `login.succeeded`, `transaction.sale`, `task.failed`, `error.open`, … */
  readonly eventType: string;
  readonly title: string;
  readonly description: string;
  readonly severity: ActivitySeverity;
  readonly agentId?: string;
  readonly actorId?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Where a page ends. */
export type ActivityPosition = Pick<Activity, 'id' | 'timestamp'>;

/** The latest of several lists, newest first; of the same instant list by list, each in its own order, so that pages do not overlap. */
export function latestOf(lists: readonly (readonly Activity[])[], limit: number): Activity[] {
  return lists
    .flat()
    .sort((a, b) => b.timestamp.getTime() - a.timestamp.getTime())
    .slice(0, limit);
}
