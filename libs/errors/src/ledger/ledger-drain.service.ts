import { Injectable } from '@nestjs/common';
import { Database, sqlStateOf, type Transaction } from '#platform/database';
import { FairTurns, Ids } from '#platform/kernel';
import type { ReleasesSeen } from '../grouping/group-status.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { Outcome } from '../write-ahead/conservation.js';
import { AlertOutboxRepository } from '../alerts/alert-outbox.repository.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import { LedgerStoreRepository } from './ledger-store.repository.js';
import type { GroupChange, LockedGroup } from './ledger-writes.js';
import { readWalLines } from '../write-ahead/wal-reader.js';
import { type Prepared, prepare, projectOf } from './prepared-record.js';
import { outcomesOf, sumOf, sumsByProject } from './record-outcomes.js';
import { changeOf, countsOf, eventsOf, type GroupedRecord, identityOf, releasesOf, seedsOf } from './group-changes.js';

/** What became of a chunk. */
export interface Settled extends Outcome {
  /** How far the file is read now. */
  offset: number;
  /** The same of those that came through a project's key. */
  projects: ReadonlyMap<number, Outcome>;
}

const CHUNK = 500;

/** Moves reports from write-ahead files into the database, each chunk in one transaction with its checkpoint. */
@Injectable()
export class LedgerDrainService {
  constructor(
    private readonly database: Database,
    private readonly store: LedgerStoreRepository,
    private readonly alerts: AlertOutboxRepository,
    private readonly ids: Ids,
  ) {}

  /**
   * Stores the next chunk of a file; `undefined` when there is no complete line behind the offset.
   *
   * @param onRead told each report that was read, and where its line begins
   * @throws whatever the database throws when it cannot take anything; records it will never take are quarantined
   */
  async drainChunk(
    run: RunIdentity,
    file: { name: string; path: string; limit: number },
    offset: number,
    onRead?: (offset: number, occurrence: Occurrence) => void,
  ): Promise<Settled | undefined> {
    const lines = await readWalLines(file.path, offset, file.limit, CHUNK);
    if (lines.length === 0) return undefined;
    const prepared: Prepared[] = [];
    const turns = new FairTurns();
    for (const line of lines) {
      const item = prepare(line);
      prepared.push(item);
      if ('record' in item) onRead?.(line.offset, item.record.occurrence);
      await turns.pause();
    }
    return this.settle(run, file.name, prepared);
  }

  /** Halves a chunk the database refuses until the record at fault stands alone. */
  private async settle(run: RunIdentity, file: string, chunk: readonly Prepared[]): Promise<Settled> {
    try {
      return await this.database.transaction((tx) => this.storeChunk(tx, run, file, chunk));
    } catch (error) {
      if (!isFaultOfData(error)) throw error;
      const [only] = chunk;
      if (chunk.length === 1 && only) {
        const fault = `refused by the database: ${error instanceof Error ? error.message : String(error)}`;
        const projectId = projectOf(only);
        return this.database.transaction((tx) =>
          this.storeChunk(tx, run, file, [{ line: only.line, fault, projectId }]),
        );
      }
      const middle = Math.ceil(chunk.length / 2);
      const first = await this.settle(run, file, chunk.slice(0, middle));
      const second = await this.settle(run, file, chunk.slice(middle));
      return {
        ...sumOf([first, second]),
        offset: second.offset,
        projects: sumsByProject([...first.projects, ...second.projects]),
      };
    }
  }

  private async storeChunk(
    tx: Transaction,
    run: RunIdentity,
    file: string,
    chunk: readonly Prepared[],
  ): Promise<Settled> {
    const { runId } = run;
    const [checkpoint] = await Promise.all([this.store.lockCheckpoint(tx, file, runId), this.store.makeRun(tx, run)]);
    // Another process that shares the folder may have been here.
    const pending = chunk.filter(({ line }) => line.offset >= checkpoint);
    const end = Math.max(checkpoint, pending.at(-1)?.line.end ?? 0);
    const records = pending.flatMap((item) => ('record' in item ? [item.record] : []));
    const faulty = pending.flatMap((item) => ('fault' in item ? [item] : []));
    const stored = records.length === 0 ? [] : await this.storeRecords(tx, runId, records);
    for (const { line, fault } of faulty) await this.store.quarantine(tx, runId, file, line, fault);
    const outcomes = outcomesOf(records, new Set(stored), faulty);
    const outcome = sumOf(outcomes.map(([, one]) => one));
    const projects = sumsByProject(outcomes);
    await Promise.all([
      this.store.countRun(tx, runId, outcome),
      projects.size > 0 && this.store.countProjects(tx, runId, projects),
      this.store.advanceCheckpoint(tx, file, end),
    ]);
    return { ...outcome, offset: end, projects };
  }

  /** Those that were not there before. */
  private async storeRecords(
    tx: Transaction,
    runId: string,
    records: readonly GroupedRecord[],
  ): Promise<GroupedRecord[]> {
    const groups = await this.store.lockGroups(
      tx,
      seedsOf(records, () => this.ids.next()),
    );
    const byIdentity = new Map(groups.map((group) => [identityOf(group.service, group.key), group]));
    const grouped = records.map((record) => ({
      record,
      ...record,
      groupId: (byIdentity.get(identityOf(record.occurrence.service, record.grouping.key)) as LockedGroup).id,
      runId,
    }));
    const inserted = await this.store.insertOccurrences(tx, grouped);
    // An id that stands twice in one chunk was stored once.
    const fresh = grouped.filter(({ occurrence }) => inserted.delete(occurrence.errorId));
    await this.store.noteReleases(tx, releasesOf(fresh));
    await this.changeGroups(tx, groups, fresh);
    await this.store.addCounts(tx, countsOf(fresh));
    return fresh.map(({ record }) => record);
  }

  private async changeGroups(
    tx: Transaction,
    groups: readonly LockedGroup[],
    fresh: readonly (GroupedRecord & { groupId: string })[],
  ): Promise<void> {
    const recordsOf = (ids: readonly string[]): GroupedRecord[] => fresh.filter(({ groupId }) => ids.includes(groupId));
    const targetIds = [...new Set(groups.flatMap(({ mergedInto }) => mergedInto ?? []))];
    const known = new Map(groups.map((group) => [group.id, group]));
    const missing = targetIds.filter((id) => !known.has(id));
    if (missing.length > 0) {
      for (const group of await this.store.lockGroupsById(tx, missing)) known.set(group.id, group);
    }
    const releases = await this.releasesOf(tx, [...known.values()], fresh);
    const own: GroupChange[] = [];
    const merged: GroupChange[] = [];
    const causes = new Map<string, Occurrence | undefined>();
    for (const group of known.values()) {
      const direct = recordsOf([group.id]);
      const members = groups.filter(({ mergedInto }) => mergedInto === group.id).map(({ id }) => id);
      const indirect = recordsOf(members);
      const change = direct.length === 0 ? undefined : changeOf(group, direct, true, releases(group));
      causes.set(group.id, [...direct, ...indirect][0]?.occurrence);
      if (change) own.push(change);
      const after = { ...group, status: change?.status ?? group.status, count: group.count + direct.length };
      if (indirect.length > 0) merged.push(changeOf(after, indirect, false, releases(group)));
    }
    // One statement changes a row once: a group with records of its own and merged ones is changed twice.
    if (own.length > 0) await this.store.changeGroups(tx, own);
    if (merged.length > 0) await this.store.changeGroups(tx, merged);
    const events = eventsOf(known, [...own, ...merged], (id) => causes.get(id));
    if (events.length > 0) await this.alerts.enqueue(tx, events);
  }

  /** When the releases of a group's service were first seen; asked for only where a group was resolved in one. */
  private async releasesOf(
    tx: Transaction,
    groups: readonly LockedGroup[],
    fresh: readonly GroupedRecord[],
  ): Promise<(group: LockedGroup) => ReleasesSeen> {
    const resolved = groups.filter(
      ({ status, resolvedInRelease }) => status === 'resolved' && resolvedInRelease !== null,
    );
    const services = [...new Set(resolved.map(({ service }) => service))];
    if (services.length === 0) return () => new Map<string, Date>();
    const fixes = resolved.map(({ resolvedInRelease }) => resolvedInRelease);
    const releases = [...new Set([...fixes, ...fresh.map(({ occurrence }) => occurrence.release)])];
    const seen = await this.store.releasesOf(
      tx,
      services,
      releases.filter((release) => release !== null),
    );
    return ({ service }) => seen.get(service) ?? new Map<string, Date>();
  }
}

/**
 * Whether the database refuses the data itself: data exception, integrity violation, program limit exceeded (SQLSTATE classes
 * 22, 23 and 54). Everything else, such as a missing table or a lost connection, can be put right and is waited for.
 */
function isFaultOfData(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && /^(22|23|54)/.test(state);
}
