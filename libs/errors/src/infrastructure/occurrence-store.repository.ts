import { Injectable } from '@nestjs/common';
import { isUniqueViolation, type Transaction } from '#platform/database';
import type { Severity } from '#platform/kernel';
import type { GroupStatus } from '../domain/error-group.js';
import type { GroupingReason } from '../domain/grouping/grouping.js';
import type { Outcome } from '../domain/ledger-run.js';
import type { RunIdentity } from './ledger-directory.js';
import { type StoredOccurrence, toRow } from './stored-occurrence.js';
import {
  CHECKPOINT_ADVANCE,
  CHECKPOINT_LOCK,
  CHECKPOINT_MAKE,
  DAYS_ADD,
  GROUPS_ADOPT,
  GROUPS_CHANGE,
  GROUPS_KNOWN,
  GROUPS_LOCK,
  GROUPS_LOCK_BY_ID,
  GROUPS_MAKE,
  HOURS_ADD,
  OCCURRENCES_INSERT,
  PRESENCE_ADD,
  PROJECTS_COUNT,
  QUARANTINE_ADD,
  RELEASES_NOTE,
  RELEASES_OF,
  RUN_COUNT,
  RUN_MAKE,
  SUMS_ADD,
  TOP_KEEP,
} from './occurrence-store.statements.js';

/** A group that may have to be made. */
export interface GroupSeed {
  id: string;
  service: string;
  key: string;
  /** Key by the rules before the present ones, under which it may be known; `null` when that cannot be told any more. Takes time. */
  formerKey: () => string | null;
  title: string;
  culprit: string;
  severity: Severity;
  category: string;
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

/** What a batch does to a group. */
export interface GroupChange {
  id: string;
  added: number;
  own_added: number;
  first_seen: string | null;
  last_seen: string | null;
  severity: Severity;
  status: GroupStatus;
  regressed: boolean;
  release: string | null;
  title: string | null;
  culprit: string | null;
}

export interface Presence {
  group_id: string;
  release: string;
  environment: string;
  count: number;
  last_seen: string;
}

/** When a release of a service was seen, in the order of the ledger's own clock. */
export interface ReleaseSeen {
  service: string;
  release: string;
  first_seen: string;
}

export interface HourCount {
  group_id: string;
  hour: string;
  severity: string;
  category: string;
  count: number;
}

/** The same over all groups of a service. */
export interface HourSum {
  hour: string;
  service: string;
  severity: string;
  category: string;
  count: number;
}

/** How often a group was seen on a day of UTC. */
export interface DayCount {
  group_id: string;
  day: string;
  count: number;
}

/** All that is counted of a batch. */
export interface Counts {
  presences: Presence[];
  hours: HourCount[];
  sums: HourSum[];
  days: DayCount[];
}

interface GroupRow extends Record<string, unknown> {
  id: string;
  service: string;
  grouping_key: string;
  merged_into: string | null;
  severity: Severity;
  status: GroupStatus;
  count: string;
  resolved_at: Date | null;
  resolved_in_release: string | null;
  ignore_until: Date | null;
  ignore_count: string | null;
  ignored_at_count: string | null;
}

/** The writes of the ledger's consumer; all of a batch in one transaction with its checkpoint. */
@Injectable()
export class OccurrenceStore {
  /** How far a file was read; from here to the end of the transaction nobody else reads it. */
  async lockCheckpoint(tx: Transaction, file: string, runId: string): Promise<number> {
    const [, [row]] = await Promise.all([
      tx.execute(CHECKPOINT_MAKE, [file, runId]),
      tx.query<{ byte_offset: string }>(CHECKPOINT_LOCK, [file]),
    ]);
    return Number(row?.byte_offset ?? 0);
  }

  async advanceCheckpoint(tx: Transaction, file: string, offset: number): Promise<void> {
    await tx.execute(CHECKPOINT_ADVANCE, [file, offset]);
  }

  /** Makes the groups that do not exist and locks all of them. What is known by its former key goes on under the present one. */
  async lockGroups(tx: Transaction, seeds: readonly GroupSeed[]): Promise<LockedGroup[]> {
    const wanted = [seeds.map(({ service }) => service), seeds.map(({ key }) => key)];
    // Most reports are of groups that are there: only for the others anything has to be found out or made.
    const known = new Set(
      (await tx.query<{ place: string }>(GROUPS_KNOWN, wanted)).map(({ place }) => Number(place) - 1),
    );
    const unknown = seeds.filter((_, index) => !known.has(index));
    if (unknown.length > 0) {
      await this.adoptGroups(tx, unknown);
      await tx.execute(GROUPS_MAKE, [JSON.stringify(unknown)]);
    }
    return (await tx.query<GroupRow>(GROUPS_LOCK, wanted)).map(toLockedGroup);
  }

  private async adoptGroups(tx: Transaction, seeds: readonly GroupSeed[]): Promise<void> {
    const former = seeds.flatMap(({ service, key, why, formerKey: find }) => {
      const formerKey = find();
      return formerKey === null ? [] : [{ service, key, why, formerKey }];
    });
    if (former.length === 0) return;
    await tx.execute('SAVEPOINT adoption');
    try {
      await tx.execute(GROUPS_ADOPT, [JSON.stringify(former)]);
    } catch (error) {
      // Another replica was faster and made the group: this is no fault of the reports.
      if (!isUniqueViolation(error)) throw error;
      await tx.execute('ROLLBACK TO SAVEPOINT adoption');
    }
  }

  async lockGroupsById(tx: Transaction, ids: readonly string[]): Promise<LockedGroup[]> {
    return (await tx.query<GroupRow>(GROUPS_LOCK_BY_ID, [ids])).map(toLockedGroup);
  }

  /** Ids of those that were not there before. */
  async insertOccurrences(tx: Transaction, occurrences: readonly StoredOccurrence[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(OCCURRENCES_INSERT, [JSON.stringify(occurrences.map(toRow))]);
    return new Set(rows.map(({ id }) => id));
  }

  async changeGroups(tx: Transaction, changes: readonly GroupChange[]): Promise<void> {
    await tx.execute(GROUPS_CHANGE, [JSON.stringify(changes)]);
  }

  async addCounts(tx: Transaction, { presences, hours, sums, days }: Counts): Promise<void> {
    const [inHours, onDays] = [JSON.stringify(hours), JSON.stringify(days)];
    await Promise.all([
      tx.execute(PRESENCE_ADD, [JSON.stringify(presences)]),
      tx.execute(HOURS_ADD, [inHours]),
      tx.execute(DAYS_ADD, [onDays]),
      tx.execute(TOP_KEEP, [inHours, onDays]),
      // Last, as every batch of a service adds to the same few rows.
      tx.execute(SUMS_ADD, [JSON.stringify(sums)]),
    ]);
  }

  /** Notes releases that were not seen before. */
  async noteReleases(tx: Transaction, releases: readonly ReleaseSeen[]): Promise<void> {
    if (releases.length > 0) await tx.execute(RELEASES_NOTE, [JSON.stringify(releases)]);
  }

  /** When these releases of these services were first seen. */
  async releasesOf(
    tx: Transaction,
    services: readonly string[],
    releases: readonly string[],
  ): Promise<Map<string, Map<string, Date>>> {
    const rows = await tx.query<{ service: string; release: string; first_seen: Date }>(RELEASES_OF, [
      services,
      releases,
    ]);
    const seen = new Map(services.map((service) => [service, new Map<string, Date>()]));
    for (const { service, release, first_seen } of rows) seen.get(service)?.set(release, first_seen);
    return seen;
  }

  async makeRun(tx: Transaction, run: RunIdentity): Promise<void> {
    const { runId, startedAt, service, release, environment, platform, nodeVersion, host } = run;
    await tx.execute(RUN_MAKE, [runId, startedAt, service, release, environment, platform, nodeVersion, host]);
  }

  async countRun(tx: Transaction, runId: string, { stored, duplicate, quarantined }: Outcome): Promise<void> {
    await tx.execute(RUN_COUNT, [runId, stored, duplicate, quarantined]);
  }

  async countProjects(tx: Transaction, runId: string, outcomes: ReadonlyMap<number, Outcome>): Promise<void> {
    const rows = [...outcomes].map(([projectId, outcome]) => ({ project_id: projectId, ...outcome }));
    await tx.execute(PROJECTS_COUNT, [runId, JSON.stringify(rows)]);
  }

  async quarantine(
    tx: Transaction,
    runId: string,
    file: string,
    line: { offset: number; bytes: Buffer },
    reason: string,
  ): Promise<void> {
    await tx.execute(QUARANTINE_ADD, [file, line.offset, runId, reason, line.bytes]);
  }
}

function toLockedGroup(row: GroupRow): LockedGroup {
  return {
    id: row.id,
    service: row.service,
    key: row.grouping_key,
    mergedInto: row.merged_into,
    severity: row.severity,
    status: row.status,
    count: Number(row.count),
    resolvedAt: row.resolved_at,
    resolvedInRelease: row.resolved_in_release,
    ignoreUntil: row.ignore_until,
    ignoreCount: row.ignore_count === null ? null : Number(row.ignore_count),
    ignoredAtCount: row.ignored_at_count === null ? null : Number(row.ignored_at_count),
  };
}
