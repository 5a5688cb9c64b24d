import type { GroupEvent } from '../alerts/alert.js';
import { graver, type ReleasesSeen, statusAfter } from '../grouping/group-status.js';
import { formerKeysOf } from '../former-grouping/former-keys.js';
import type { Grouping } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type {
  Counts,
  DayCount,
  GroupChange,
  GroupSeed,
  HourCount,
  HourSum,
  LockedGroup,
  Presence,
  ReleaseSeen,
} from './ledger-writes.js';

/** A record that was read and grouped, ready to be stored. */
export interface GroupedRecord {
  readonly sequence: number;
  readonly occurrence: Occurrence;
  readonly grouping: Grouping;
  /** It was grouped by all that was reported; one that had lost its detail before says nothing of other rules. */
  readonly isWhole: boolean;
}

/** Identity of a group: the same failure of two services is two groups. */
export function identityOf(service: string, key: string): string {
  return `${service}\0${key}`;
}

/** One seed for each group of a chunk. */
export function seedsOf(records: readonly GroupedRecord[], nextId: () => string): GroupSeed[] {
  const seeds = new Map<string, GroupSeed>();
  for (const { occurrence, grouping, isWhole } of records) {
    const identity = identityOf(occurrence.service, grouping.key);
    if (seeds.has(identity)) continue;
    seeds.set(identity, {
      id: nextId(),
      service: occurrence.service,
      key: grouping.key,
      formerKeys: () => (isWhole ? formerKeysOf(occurrence) : []),
      title: grouping.title,
      culprit: grouping.culprit,
      severity: occurrence.severity,
      category: occurrence.category,
      seenAt: occurrence.timestamp,
      release: occurrence.release,
      why: grouping.why,
    });
  }
  return [...seeds.values()];
}

/** What new occurrences, one or more, do to one group. `isOwn`: they were grouped here, not in a group that was merged into this one. */
export function changeOf(
  group: LockedGroup,
  records: readonly GroupedRecord[],
  isOwn: boolean,
  releases: ReleasesSeen,
): GroupChange {
  const times = records.map(({ occurrence }) => occurrence.timestamp).sort();
  const recurrences = records.map(({ occurrence }) => ({
    receivedAt: new Date(occurrence.receivedAt),
    release: occurrence.release,
  }));
  const status = statusAfter(group, recurrences, releases);
  const last = records.at(-1);
  return {
    id: group.id,
    added: records.length,
    ownAdded: isOwn ? records.length : 0,
    firstSeen: times[0]!,
    lastSeen: times.at(-1)!,
    severity: records.reduce((worst, { occurrence }) => graver(worst, occurrence.severity), group.severity),
    status,
    regressed: status === 'regressed' && group.status !== 'regressed',
    release: last?.occurrence.release ?? null,
    // The latest words describe a group best; those of a group merged into it are not its own.
    title: isOwn ? (last?.grouping.title ?? null) : null,
    culprit: isOwn ? (last?.grouping.culprit ?? null) : null,
  };
}

/**
 * What alerts may wait for. A group that was merged is not shown, so nothing happens to it.
 *
 * @param causeOf the occurrence by which a group changed
 */
export function eventsOf(
  groups: ReadonlyMap<string, LockedGroup>,
  changes: readonly GroupChange[],
  causeOf: (groupId: string) => Occurrence | undefined,
): GroupEvent[] {
  return changes.flatMap(({ id: groupId, severity, regressed }): GroupEvent[] => {
    const group = groups.get(groupId);
    if (!group || group.mergedInto !== null) return [];
    const correlationId = causeOf(groupId)?.correlationId ?? null;
    if (group.count === 0) return [{ groupId, severity, correlationId, event: 'new', occasion: 'new' }];
    const occasion = `regressed:${group.count}`;
    return regressed ? [{ groupId, severity, correlationId, event: 'regressed', occasion }] : [];
  });
}

/** How often each group was seen by release and environment, by hour and by day, and what was seen in all. */
export function countsOf(records: readonly { groupId: string; occurrence: Occurrence }[]): Counts {
  const presences = new Map<string, Presence>();
  const hours = new Map<string, HourCount>();
  const sums = new Map<string, HourSum>();
  const days = new Map<string, DayCount>();
  for (const { groupId, occurrence } of records) {
    const { timestamp, severity, category, service } = occurrence;
    const [release, environment] = [occurrence.release ?? '', occurrence.environment ?? ''];
    const day = `${timestamp.slice(0, 10)}T00:00:00.000Z`;
    const hour = `${timestamp.slice(0, 13)}:00:00.000Z`;
    const presence = entryOf(presences, [groupId, release, environment], () => ({
      groupId,
      release,
      environment,
      count: 0,
      lastSeen: timestamp,
    }));
    presence.count++;
    if (timestamp > presence.lastSeen) presence.lastSeen = timestamp;
    entryOf(hours, [groupId, hour, severity, category], () => ({
      groupId,
      hour,
      severity,
      category,
      count: 0,
    })).count++;
    entryOf(sums, [hour, service, severity, category], () => ({ hour, service, severity, category, count: 0 })).count++;
    entryOf(days, [groupId, day], () => ({ groupId, day, count: 0 })).count++;
  }
  // A stable order, so that two consumers cannot lock the same rows crosswise.
  return { presences: sorted(presences), hours: sorted(hours), sums: sorted(sums), days: sorted(days) };
}

/** When a chunk first saw the releases of each service. */
export function releasesOf(records: readonly GroupedRecord[]): ReleaseSeen[] {
  const seen = new Map<string, ReleaseSeen>();
  for (const { occurrence } of records) {
    const { service, release, receivedAt } = occurrence;
    if (release === null) continue;
    const entry = entryOf(seen, [service, release], () => ({ service, release, firstSeen: receivedAt }));
    if (receivedAt < entry.firstSeen) entry.firstSeen = receivedAt;
  }
  return sorted(seen);
}

function entryOf<T>(map: Map<string, T>, key: readonly string[], make: () => T): T {
  const id = key.join('\0');
  const found = map.get(id);
  if (found) return found;
  const made = make();
  map.set(id, made);
  return made;
}

function sorted<T>(map: Map<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
