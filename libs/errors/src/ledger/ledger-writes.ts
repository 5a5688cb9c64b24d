import type { ErrorCategory, Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { GroupingReason } from '../grouping/grouping.js';

/** A group that may have to be made. */
export interface GroupSeed {
  id: string;
  service: string;
  key: string;
  /** Keys by former rules, under which it may be known, the latest first; none when they cannot be told any more. Takes time. */
  formerKeys: () => readonly string[];
  title: string;
  culprit: string;
  severity: Severity;
  category: ErrorCategory;
  seenAt: string;
  release: string | null;
  why: GroupingReason;
}

/** A group, locked until the transaction ends. */
export interface LockedGroup {
  id: string;
  service: string;
  key: string;
  mergedInto: string | null;
  severity: Severity;
  status: GroupStatus;
  count: number;
  resolvedAt: Date | null;
  resolvedInRelease: string | null;
  ignoreUntil: Date | null;
  ignoreCount: number | null;
  ignoredAtCount: number | null;
}

/** What a chunk does to a group: one or more occurrences more. */
export interface GroupChange {
  id: string;
  added: number;
  ownAdded: number;
  firstSeen: string;
  lastSeen: string;
  severity: Severity;
  status: GroupStatus;
  regressed: boolean;
  release: string | null;
  title: string | null;
  culprit: string | null;
}

export interface Presence {
  groupId: string;
  release: string;
  environment: string;
  count: number;
  lastSeen: string;
}

/** When a release of a service was seen, in the order of the ledger's own clock. */
export interface ReleaseSeen {
  service: string;
  release: string;
  firstSeen: string;
}

export interface HourCount {
  groupId: string;
  hour: string;
  severity: Severity;
  category: ErrorCategory;
  count: number;
}

/** The same over all groups of a service. */
export interface HourSum {
  hour: string;
  service: string;
  severity: Severity;
  category: ErrorCategory;
  count: number;
}

/** How often a group was seen on a day of UTC. */
export interface DayCount {
  groupId: string;
  day: string;
  count: number;
}

/** Groups that are kept at least on the list of an hour or a day. */
export const TOP_KEPT = 50;

/** Rows at which such a list is shortened to what is kept. */
export const TOP_MOST = 4 * TOP_KEPT;

/** All that is counted of a chunk. */
export interface Counts {
  presences: Presence[];
  hours: HourCount[];
  sums: HourSum[];
  days: DayCount[];
}
