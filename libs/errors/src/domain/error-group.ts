import { SEVERITIES, type Severity } from '#platform/kernel';

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

/**
 * The status of a group after it recurred `recurrences.length` times. A report that was accepted before the resolution is no
 * regression, and neither is one from a release older than the one that carries the fix.
 */
export function statusAfter(group: GroupStanding, recurrences: readonly Recurrence[]): GroupStatus {
  if (group.status === 'resolved') {
    return recurrences.some((recurrence) => isRegression(group, recurrence)) ? 'regressed' : 'resolved';
  }
  if (group.status !== 'ignored') return group.status;
  const { ignoreUntil, ignoreCount, ignoredAtCount } = group;
  if (ignoreUntil !== null && recurrences.some(({ receivedAt }) => receivedAt > ignoreUntil)) return 'open';
  const further = group.count + recurrences.length - (ignoredAtCount ?? group.count);
  return ignoreCount !== null && further > ignoreCount ? 'open' : 'ignored';
}

function isRegression(group: GroupStanding, { receivedAt, release }: Recurrence): boolean {
  if (group.resolvedAt !== null && receivedAt <= group.resolvedAt) return false;
  if (group.resolvedInRelease === null || release === null) return true;
  return compareReleases(release, group.resolvedInRelease) >= 0;
}

/**
 * Orders releases by their numbers (`2.10.0` after `2.9.3`), a pre-release before its release (Semantic Versioning 2.0.0
 * §11). Names without numbers, such as commit hashes, have no order: different ones compare as newer.
 */
export function compareReleases(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [parseRelease(a), parseRelease(b)];
  if (!left || !right) return 1;
  for (let index = 0; index < Math.max(left.numbers.length, right.numbers.length); index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  if (left.suffix === right.suffix) return 0;
  if (left.suffix === '') return 1;
  if (right.suffix === '') return -1;
  return left.suffix.localeCompare(right.suffix, 'en', { numeric: true });
}

function parseRelease(release: string): { numbers: number[]; suffix: string } | undefined {
  // `service@1.2.3` and `v1.2.3` are common; what follows `+` has no precedence.
  const match = /^(?:.*@)?v?(\d+(?:\.\d+)+|\d{1,8}(?![0-9a-f]))(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(release);
  if (!match) return undefined;
  return { numbers: (match[1] ?? '').split('.').map(Number), suffix: match[2] ?? '' };
}

/** The graver of two severities. */
export function graver(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}
