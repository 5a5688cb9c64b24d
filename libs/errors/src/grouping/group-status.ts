import { SEVERITIES, type Severity } from '#platform/kernel';
import { compareReleases } from './release-order.js';

/** Where a group is in its life. `regressed`: it was resolved and came back. */
export const GROUP_STATUSES = ['open', 'resolved', 'ignored', 'regressed'] as const;
export type GroupStatus = (typeof GROUP_STATUSES)[number];

/** What decides whether a group changes its status when it recurs. */
export interface GroupStanding {
  readonly status: GroupStatus;
  readonly count: number;
  readonly resolvedAt: Date | null;
  readonly resolvedInRelease: string | null;
  readonly ignoreUntil: Date | null;
  readonly ignoreCount: number | null;
  readonly ignoredAtCount: number | null;
}

/** A recurrence, as far as the status is concerned. */
export interface Recurrence {
  readonly receivedAt: Date;
  readonly release: string | null;
}

/** When the releases of a service were first seen. */
export type ReleasesSeen = ReadonlyMap<string, Date>;

/**
 * The status of a group after it recurred `recurrences.length` times. A report that was accepted before the resolution is no
 * regression, and neither is one from a release older than the one that carries the fix.
 */
export function statusAfter(
  group: GroupStanding,
  recurrences: readonly Recurrence[],
  releases: ReleasesSeen,
): GroupStatus {
  if (group.status === 'resolved') {
    return recurrences.some((recurrence) => isRegression(group, recurrence, releases)) ? 'regressed' : 'resolved';
  }
  if (group.status !== 'ignored') return group.status;
  const { ignoreUntil, ignoreCount, ignoredAtCount } = group;
  if (ignoreUntil !== null && recurrences.some(({ receivedAt }) => receivedAt > ignoreUntil)) return 'open';
  const further = group.count + recurrences.length - (ignoredAtCount ?? group.count);
  return ignoreCount !== null && further > ignoreCount ? 'open' : 'ignored';
}

function isRegression(group: GroupStanding, { receivedAt, release }: Recurrence, releases: ReleasesSeen): boolean {
  const { resolvedAt, resolvedInRelease } = group;
  if (resolvedAt !== null && receivedAt <= resolvedAt) return false;
  if (resolvedInRelease === null || release === null) return true;
  const order = compareReleases(release, resolvedInRelease);
  if (order !== undefined) return order >= 0;
  // Their names do not tell: the one that was seen first is the older one.
  const [seen, fixedSince] = [releases.get(release), releases.get(resolvedInRelease) ?? resolvedAt];
  return seen === undefined || fixedSince === null || seen >= fixedSince;
}

/** The graver of two severities. */
export function graver(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}
