import { Injectable } from '@nestjs/common';
import { isUniqueViolation, type Transaction } from '#platform/database';
import type { Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { Outcome } from '../write-ahead/conservation.js';
import {
  CHECKPOINT_ADVANCE,
  CHECKPOINT_LOCK,
  CHECKPOINT_MAKE,
  DAYS_ADD,
  GROUPS_ADOPT,
  GROUPS_CHANGE,
  GROUPS_KNOWN,
  GROUPS_LOCK,
  GROUPS_MAKE,
  HOURS_ADD,
  OCCURRENCES_INSERT,
  PRESENCE_ADD,
  RUN_COUNT,
  SUMS_ADD,
  TOP_KEEP,
} from './ledger-statements.postgres.js';
import { LedgerStoreRepository } from './ledger-store.repository.js';
import type { Counts, GroupChange, GroupSeed, LockedGroup } from './ledger-writes.js';
import { toRow } from './occurrence-row.postgres.js';
import type { StoredOccurrence } from './stored-occurrence.js';

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

/** A chunk of reports costs about as many statements as one report. Bench: `a report of an error`, `a hundred reports of errors`. */
@Injectable()
export class PostgresLedgerStoreRepository extends LedgerStoreRepository {
  override async lockCheckpoint(tx: Transaction, file: string, runId: string): Promise<number> {
    const [, [row]] = await Promise.all([
      tx.execute(CHECKPOINT_MAKE, [file, runId]),
      tx.query<{ byte_offset: string }>(CHECKPOINT_LOCK, [file]),
    ]);
    return Number(row?.byte_offset ?? 0);
  }

  override async advanceCheckpoint(tx: Transaction, file: string, offset: number): Promise<void> {
    await tx.execute(CHECKPOINT_ADVANCE, [file, offset]);
  }

  override async insertOccurrences(tx: Transaction, occurrences: readonly StoredOccurrence[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(OCCURRENCES_INSERT, [JSON.stringify(occurrences.map(toRow))]);
    return new Set(rows.map(({ id }) => id));
  }

  override async changeGroups(tx: Transaction, changes: readonly GroupChange[]): Promise<void> {
    await tx.execute(GROUPS_CHANGE, [JSON.stringify(changes)]);
  }

  override async addCounts(tx: Transaction, { presences, hours, sums, days }: Counts): Promise<void> {
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

  override async countRun(tx: Transaction, runId: string, { stored, duplicate, quarantined }: Outcome): Promise<void> {
    await tx.execute(RUN_COUNT, [runId, stored, duplicate, quarantined]);
  }

  protected override async unknownOf(tx: Transaction, seeds: readonly GroupSeed[]): Promise<GroupSeed[]> {
    const known = await tx.query<{ place: string }>(GROUPS_KNOWN, namesOf(seeds));
    const places = new Set(known.map(({ place }) => Number(place) - 1));
    return seeds.filter((_, index) => !places.has(index));
  }

  protected override async adopt(tx: Transaction, seeds: readonly GroupSeed[]): Promise<void> {
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

  protected override async make(tx: Transaction, seeds: readonly GroupSeed[]): Promise<void> {
    await tx.execute(GROUPS_MAKE, [JSON.stringify(seeds)]);
  }

  protected override async lock(tx: Transaction, seeds: readonly GroupSeed[]): Promise<LockedGroup[]> {
    return (await tx.query<GroupRow>(GROUPS_LOCK, namesOf(seeds))).map(toLockedGroup);
  }
}

function namesOf(seeds: readonly GroupSeed[]): [services: string[], keys: string[]] {
  return [seeds.map(({ service }) => service), seeds.map(({ key }) => key)];
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
