import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { CheckpointEntity } from '../tables/checkpoint.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { QuarantineEntity } from '../tables/quarantine.entity.js';
import { ReleaseEntity } from '../tables/release.entity.js';
import { RunProjectEntity } from '../tables/run-project.entity.js';
import { RunEntity } from '../tables/run.entity.js';
import type { Outcome } from '../write-ahead/conservation.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';
import { identityOf } from './group-changes.js';
import { addCounts } from './group-counts.repository.js';
import type { Counts, GroupChange, GroupSeed, LockedGroup, ReleaseSeen } from './ledger-writes.js';
import { detailOf, type StoredOccurrence } from './stored-occurrence.js';

/** Name of a group. */
type Identity = Pick<GroupSeed, 'service' | 'key'>;

/** The writes of the ledger's consumer; all of a chunk in one transaction with its checkpoint. */
@Injectable()
export class LedgerStoreRepository {
  constructor(protected readonly database: Database) {}

  /** How far a file was read; from here to the end of the transaction nobody else reads it. */
  async lockCheckpoint(tx: Transaction, file: string, runId: string): Promise<number> {
    await tx.insertMany(CheckpointEntity, [{ file, runId, byteOffset: 0 }], { ignore: true });
    return (await tx.lockOne(CheckpointEntity, { file }))?.byteOffset ?? 0;
  }

  async advanceCheckpoint(tx: Transaction, file: string, offset: number): Promise<void> {
    const change = { byteOffset: offset, updatedAt: () => this.database.dialect.now };
    await tx.repository(CheckpointEntity).update({ file }, change);
  }

  /** Makes the groups that do not exist and locks all of them. What is known by its former key goes on under the present one. */
  async lockGroups(tx: Transaction, seeds: readonly GroupSeed[]): Promise<LockedGroup[]> {
    // Most reports are of groups that are there: only for the others anything has to be found out or made.
    const unknown = await this.unknownOf(tx, seeds);
    if (unknown.length > 0) {
      await this.adopt(tx, unknown);
      await this.make(tx, unknown);
    }
    return this.lock(tx, seeds);
  }

  async lockGroupsById(tx: Transaction, ids: readonly string[]): Promise<LockedGroup[]> {
    const groups = tx
      .repository(ErrorGroupEntity)
      .createQueryBuilder('g')
      .where({ id: In(ids) });
    return (await tx.lockMany(groups.orderBy('g.id'))).map(toLockedGroup);
  }

  /** Ids of those that were not there before. */
  async insertOccurrences(tx: Transaction, occurrences: readonly StoredOccurrence[]): Promise<Set<string>> {
    const rows = new Map<string, OccurrenceEntity>();
    for (const one of occurrences) {
      const { errorId } = one.occurrence;
      if (!rows.has(errorId)) rows.set(errorId, rowOf(one));
    }
    const stored = tx.repository(OccurrenceEntity);
    const read = { select: { id: true, runId: true, sequence: true }, where: { id: In([...rows.keys()]) } } as const;
    const before = new Set((await stored.find(read)).map(({ id }) => id));
    await tx.insertMany(OccurrenceEntity, [...rows.values()], { ignore: true });
    // Somebody else may have stored one in between: it is told by its place in the run, and not by how many were written.
    const isOurs = ({ id, runId, sequence }: OccurrenceEntity): boolean =>
      runId === rows.get(id)?.runId && sequence === rows.get(id)?.sequence;
    const after = await stored.find(read);
    return new Set(after.flatMap((row) => (isOurs(row) && !before.has(row.id) ? row.id : [])));
  }

  async changeGroups(tx: Transaction, changes: readonly GroupChange[]): Promise<void> {
    const { now, least, greatest } = this.database.dialect;
    for (const { id, added, ownAdded, firstSeen, lastSeen, regressed, ...change } of changes) {
      const { severity, status, release, title, culprit } = change;
      const first = (column: string) => (): string => least(column, ':firstSeen');
      const last = (column: string) => (): string => greatest(column, ':lastSeen');
      await tx
        .repository(ErrorGroupEntity)
        .createQueryBuilder()
        .update()
        .set({
          count: () => 'count + :added',
          firstSeen: first('first_seen'),
          lastSeen: last('last_seen'),
          ...(ownAdded > 0 && {
            ownCount: () => 'own_count + :ownAdded',
            ownFirstSeen: first('own_first_seen'),
            ownLastSeen: last('own_last_seen'),
          }),
          severity,
          status,
          ...(regressed && { regressedAt: () => now }),
          ...(release !== null && { release }),
          ...(title !== null && { title }),
          ...(culprit !== null && { culprit }),
        })
        .where({ id })
        .setParameters({ added, ownAdded, firstSeen: new Date(firstSeen), lastSeen: new Date(lastSeen) })
        .execute();
    }
  }

  async addCounts(tx: Transaction, counts: Counts): Promise<void> {
    await addCounts(tx, counts);
  }

  /** Notes releases that were not seen before. */
  async noteReleases(tx: Transaction, releases: readonly ReleaseSeen[]): Promise<void> {
    const rows = releases.map((seen) => ({ ...seen, firstSeen: new Date(seen.firstSeen) }));
    await tx.insertMany(ReleaseEntity, rows, { ignore: true });
  }

  /** When these releases of these services were first seen. */
  async releasesOf(
    tx: Transaction,
    services: readonly string[],
    releases: readonly string[],
  ): Promise<Map<string, Map<string, Date>>> {
    const found = await tx.repository(ReleaseEntity).findBy({ service: In(services), release: In(releases) });
    const seen = new Map(services.map((service) => [service, new Map<string, Date>()]));
    for (const { service, release, firstSeen } of found) seen.get(service)?.set(release, firstSeen);
    return seen;
  }

  async makeRun(tx: Transaction, { runId, pid: _pid, ...run }: RunIdentity): Promise<void> {
    await tx.insertMany(RunEntity, [{ ...run, id: runId, startedAt: new Date(run.startedAt) }], { ignore: true });
  }

  async countRun(tx: Transaction, runId: string, { stored, duplicate, quarantined }: Outcome): Promise<void> {
    await tx
      .repository(RunEntity)
      .createQueryBuilder()
      .update()
      .set({
        stored: () => 'stored + :stored',
        duplicate: () => 'duplicate + :duplicate',
        quarantined: () => 'quarantined + :quarantined',
      })
      .where({ id: runId })
      .setParameters({ stored, duplicate, quarantined })
      .execute();
  }

  async countProjects(tx: Transaction, runId: string, outcomes: ReadonlyMap<number, Outcome>): Promise<void> {
    const rows = [...outcomes].map(([projectId, { stored, duplicate, quarantined }]) => ({
      ...{ runId, projectId, stored, duplicate, quarantined },
    }));
    const added = { stored: 'add', duplicate: 'add', quarantined: 'add' } as const;
    await tx.insertMany(RunProjectEntity, rows, { key: ['runId', 'projectId'], set: added });
  }

  async quarantine(
    tx: Transaction,
    runId: string,
    file: string,
    line: { offset: number; bytes: Buffer },
    reason: string,
  ): Promise<void> {
    const row = { file, byteOffset: line.offset, runId, reason, line: line.bytes };
    await tx.insertMany(QuarantineEntity, [row], { ignore: true });
  }

  /** Those that no group has been made for. */
  protected async unknownOf(tx: Transaction, seeds: readonly GroupSeed[]): Promise<GroupSeed[]> {
    const known = await this.idsOf(tx, seeds);
    return seeds.filter(({ service, key }) => !known.has(identityOf(service, key)));
  }

  /** Gives groups that are known by a former key their present one. */
  protected async adopt(tx: Transaction, seeds: readonly GroupSeed[]): Promise<void> {
    const former = seeds.map((seed) => ({ seed, keys: seed.formerKeys() }));
    const names = former.flatMap(({ seed: { service }, keys }) => keys.map((key) => ({ service, key })));
    if (names.length === 0) return;
    const ids = await this.idsOf(tx, names);
    const adoptions = former.flatMap(({ seed, keys }) => {
      const key = keys.find((one) => ids.has(identityOf(seed.service, one)));
      return key === undefined ? [] : { seed, key, id: ids.get(identityOf(seed.service, key))! };
    });
    // In one order, so that two transactions cannot wait for each other.
    adoptions.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { seed, key: groupingKey, id } of adoptions) {
      const change = { groupingKey: seed.key, why: seed.why };
      try {
        await tx.savepoint(() => tx.repository(ErrorGroupEntity).update({ id, groupingKey }, change));
      } catch (error) {
        // Another replica was faster and made the group: this is no fault of the reports.
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }

  protected async make(tx: Transaction, seeds: readonly GroupSeed[]): Promise<void> {
    const rows = seeds.map(({ seenAt, key, formerKeys: _former, ...seed }) => {
      const at = new Date(seenAt);
      return { ...seed, groupingKey: key, firstSeen: at, lastSeen: at, ownFirstSeen: at, ownLastSeen: at };
    });
    const nameOf = (row: (typeof rows)[number]): string => identityOf(row.service, row.groupingKey);
    // In one order, so that two transactions cannot wait for each other.
    rows.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    await tx.insertMany(ErrorGroupEntity, rows, { ignore: true });
  }

  protected async lock(tx: Transaction, seeds: readonly GroupSeed[]): Promise<LockedGroup[]> {
    const groups = tx.repository(ErrorGroupEntity).createQueryBuilder('g').where(named(seeds));
    return (await tx.lockMany(groups.orderBy('g.id'))).map(toLockedGroup);
  }

  /** Ids of the groups that there are, by `identityOf`. */
  private async idsOf(tx: Transaction, names: readonly Identity[]): Promise<Map<string, string>> {
    const select = { id: true, service: true, groupingKey: true } as const;
    const groups = await tx.repository(ErrorGroupEntity).find({ select, where: named(names) });
    return new Map(groups.map(({ id, service, groupingKey }) => [identityOf(service, groupingKey), id]));
  }
}

/** A condition that groups with these names meet. */
function named(names: readonly Identity[]): { service: string; groupingKey: ReturnType<typeof In<string>> }[] {
  const keys = new Map<string, string[]>();
  for (const { service, key } of names) keys.set(service, [...(keys.get(service) ?? []), key]);
  return [...keys].map(([service, ofService]) => ({ service, groupingKey: In(ofService) }));
}

function rowOf({ occurrence, groupId, runId, sequence }: StoredOccurrence): OccurrenceEntity {
  const { severity, category, errorType, errorMessage, service, release, environment } = occurrence;
  const { correlationId, userId, endpoint, method, projectId = null } = occurrence;
  return {
    id: occurrence.errorId,
    groupId,
    runId,
    sequence: BigInt(sequence),
    occurredAt: new Date(occurrence.timestamp),
    receivedAt: new Date(occurrence.receivedAt),
    ...{ severity, category, errorType, errorMessage, service, release, environment },
    ...{ correlationId, userId, endpoint, method, projectId },
    detail: detailOf(occurrence),
  };
}

/** A group as its lock holder sees it. */
function toLockedGroup(group: ErrorGroupEntity): LockedGroup {
  return {
    id: group.id,
    service: group.service,
    key: group.groupingKey,
    mergedInto: group.mergedInto,
    severity: group.severity,
    status: group.status,
    count: group.count,
    resolvedAt: group.resolvedAt,
    resolvedInRelease: group.resolvedInRelease,
    ignoreUntil: group.ignoreUntil,
    ignoreCount: group.ignoreCount,
    ignoredAtCount: group.ignoredAtCount,
  };
}
