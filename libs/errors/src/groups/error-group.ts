import type { ErrorCategory, Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { GroupingReason } from '../grouping/grouping.js';

/** A group as it is shown. */
export interface ErrorGroup {
  id: string;
  title: string;
  culprit: string;
  severity: Severity;
  category: ErrorCategory;
  status: GroupStatus;
  count: number;
  firstSeen: Date;
  lastSeen: Date;
  service: string;
  release: string | null;
  assignee: string | null;
  notes: string | null;
  resolvedAt: Date | null;
  resolvedInRelease: string | null;
  regressedAt: Date | null;
  ignoreUntil: Date | null;
  ignoreCount: number | null;
  why: GroupingReason;
}

export const GROUP_SORTS = ['lastSeen', 'count', 'firstSeen'] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

/** What a list of groups is narrowed by. */
export interface GroupFilter {
  severity?: Severity | undefined;
  category?: ErrorCategory | undefined;
  status?: GroupStatus | undefined;
  service?: string | undefined;
  release?: string | undefined;
  environment?: string | undefined;
  /** Seen at or after. */
  since?: Date | undefined;
  /** Part of title or culprit, in any case. */
  text?: string | undefined;
}

/** What a person changes. `undefined` leaves a field, `null` empties it. */
export interface GroupPatch {
  status?: GroupStatus | undefined;
  notes?: string | null | undefined;
  assignee?: string | null | undefined;
  resolvedAt?: Date | null | undefined;
  resolvedInRelease?: string | null | undefined;
  ignoreUntil?: Date | null | undefined;
  ignoreCount?: number | null | undefined;
  ignoredAtCount?: number | null | undefined;
}
