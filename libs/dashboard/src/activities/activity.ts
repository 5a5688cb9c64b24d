export const ACTIVITY_SEVERITIES = ['info', 'warning', 'error'] as const;
export type ActivitySeverity = (typeof ACTIVITY_SEVERITIES)[number];

/** What proves an activity: the record that cannot be changed unseen, and the place in it. */
export type ActivityProof =
  | { readonly chain: 'audit'; readonly sequence: number }
  | { readonly chain: 'ledger'; readonly block: number }
  | { readonly chain: 'task'; readonly taskId: string }
  | { readonly chain: 'run'; readonly runId: string; readonly sequence: number };

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
  /** Who had it done, where only some may know that. */
  readonly madeBy?: string;
  /** What it happened to. */
  readonly subject?: { readonly kind: string; readonly id: string };
  readonly correlationId?: string;
  readonly proof?: ActivityProof;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Which activities; everything given must hold. */
export interface ActivityFilter {
  readonly severity?: ActivitySeverity | undefined;
  readonly type?: string | undefined;
  /** Slug. */
  readonly agent?: string | undefined;
  /** Id of a user. */
  readonly actor?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
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
