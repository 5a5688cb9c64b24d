import { Injectable } from '@nestjs/common';
import { isUniqueViolation, type Transaction } from '#platform/database';
import type { Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { Outcome } from '../write-ahead/conservation.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import type { Counts, GroupChange, GroupSeed, LockedGroup, ReleaseSeen } from './ledger-writes.js';
import { type StoredOccurrence, toRow } from './occurrence-row.postgres.js';
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
} from './ledger-store.postgres.js';

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

/** The writes of the ledger's consumer; all of a chunk in one transaction with its checkpoint. */
@Injectable()
export class LedgerStoreRepository {
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
    const former = seeds.flatMap(({ service, key, why, formerKeys }) =>
      formerKeys().map((formerKey, age) => ({ service, key, why, formerKey, age })),
    );
    if (former.length === 0) return;
    try {
      await tx.savepoint(() => tx.execute(GROUPS_ADOPT, [JSON.stringify(former)]));
    } catch (error) {
      // Another replica was faster and made the group: this is no fault of the reports.
      if (!isUniqueViolation(error)) throw error;
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
      // Last, as every chunk of a service adds to the same few rows.
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
