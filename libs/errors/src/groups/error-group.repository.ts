import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { Database, keyset, type Transaction } from '#platform/database';
import type { GroupStatus } from '../grouping/group-status.js';
import type { GroupingReason } from '../grouping/grouping.js';
import { ErrorGroupCountEntity } from '../tables/error-group-count.entity.js';
import { ErrorGroupPresenceEntity } from '../tables/error-group-presence.entity.js';
import { ErrorGroupTextEntity } from '../tables/error-group-text.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import type { ErrorGroup, GroupFilter, GroupPatch, GroupSort } from './error-group.js';

/** Changes of counts that are added up at once. */
const CHANGES = 10_000;

/** Questions about groups. */
@Injectable()
export class ErrorGroupRepository {
  constructor(protected readonly database: Database) {}

  /**
   * Groups in descending order; those merged into another are not shown.
   *
   * @param after sort value and id of the last group of the page before
   */
  async list(
    { severity, category, status, service, since, text, release, environment }: GroupFilter,
    sort: GroupSort,
    limit: number,
    after: readonly [value: string | number, id: string] | undefined,
  ): Promise<ErrorGroup[]> {
    const builder = this.database.repository(ErrorGroupEntity).createQueryBuilder('g').where({ mergedInto: IsNull() });
    for (const [property, value] of Object.entries({ severity, category, status, service })) {
      if (value !== undefined) builder.andWhere({ [property]: value });
    }
    if (since !== undefined) builder.andWhere({ lastSeen: MoreThanOrEqual(since) });
    if (text !== undefined) {
      builder.innerJoin(ErrorGroupTextEntity, 't', 't.groupId = g.id');
      builder.andWhere(this.database.dialect.contains('t.text', ':text'), { text });
    }
    if (release !== undefined || environment !== undefined) whereSeen(builder, { release, environment });
    return (
      await keyset(builder, [`g.${sort}`, 'g.id'], 'DESC', after)
        .limit(limit)
        .getMany()
    ).map(groupOf);
  }

  /** A group, or the one it was merged into. */
  async find(id: string): Promise<ErrorGroup | undefined> {
    const group = await this.database
      .repository(ErrorGroupEntity)
      .createQueryBuilder('g')
      .innerJoin(ErrorGroupEntity, 'm', 'g.id = COALESCE(m.mergedInto, m.id)')
      .where('m.id = :id', { id })
      .getOne();
    return group ? groupOf(group) : undefined;
  }

  /** Groups by their ids; those that are not shown are left out. */
  async findShown(ids: readonly string[]): Promise<Map<string, ErrorGroup>> {
    const shown = { id: In(ids), mergedInto: IsNull() };
    const groups = await this.database.repository(ErrorGroupEntity).findBy(shown);
    return new Map(groups.map((group) => [group.id, groupOf(group)]));
  }

  /** Groups, or those they were merged into, each once and locked until the transaction ends. */
  async lockAll(tx: Transaction, ids: readonly string[]): Promise<ErrorGroup[]> {
    const groups = tx.repository(ErrorGroupEntity);
    const found = await groups.find({ select: { id: true, mergedInto: true }, where: { id: In(ids) } });
    const shown = { id: In(found.map(({ id, mergedInto }) => mergedInto ?? id)) };
    return (await tx.lockMany(groups.createQueryBuilder('g').where(shown).orderBy('g.id'))).map(groupOf);
  }

  /** Which of these there are. */
  async known(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
    const found = await tx.repository(ErrorGroupEntity).find({ select: { id: true }, where: { id: In(ids) } });
    return new Set(found.map(({ id }) => id));
  }

  async update(tx: Transaction, id: string, patch: GroupPatch): Promise<ErrorGroup | undefined> {
    const groups = tx.repository(ErrorGroupEntity);
    if (Object.values(patch).some((value) => value !== undefined)) await groups.update({ id }, patch);
    const group = await groups.findOneBy({ id });
    return group ? groupOf(group) : undefined;
  }

  /** Reopens groups whose time of being ignored is over. */
  async reopenExpired(): Promise<number> {
    const expired = { status: 'ignored' as const, ignoreUntil: this.database.dialect.past() };
    const reopened = { status: 'open' as const, ignoreUntil: null };
    return (await this.database.repository(ErrorGroupEntity).update(expired, reopened)).affected ?? 0;
  }

  async countByStatus(): Promise<Record<GroupStatus, number>> {
    const rows = await this.database
      .repository(ErrorGroupCountEntity)
      .createQueryBuilder('c')
      .select('c.status', 'status')
      .addSelect('SUM(c.groups)', 'groups')
      .groupBy('c.status')
      .getRawMany<{ status: GroupStatus; groups: string }>();
    const counts: Record<GroupStatus, number> = { open: 0, resolved: 0, ignored: 0, regressed: 0 };
    for (const { status, groups } of rows) counts[status] = Number(groups);
    return counts;
  }

  /** Adds up what changed since the last time. */
  async sumCounts(): Promise<void> {
    while ((await this.sumSomeCounts()) === CHANGES);
  }

  async countFirstSeenSince(since: Date): Promise<number> {
    const isNew = { mergedInto: IsNull(), firstSeen: MoreThanOrEqual(since) };
    return this.database.repository(ErrorGroupEntity).countBy(isNew);
  }

  /** Puts one row for each status in the place of the oldest ones; how many these were. */
  private sumSomeCounts(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const counts = tx.repository(ErrorGroupCountEntity);
      const changes = await tx.lockMany(counts.createQueryBuilder('c').orderBy('c.id').limit(CHANGES));
      if (changes.length === 0) return 0;
      const sums = new Map<GroupStatus, number>();
      for (const { status, groups } of changes) sums.set(status, (sums.get(status) ?? 0) + groups);
      await counts.delete({ id: In(changes.map(({ id }) => id)) });
      const rows = [...sums].map(([status, groups]) => ({ status, groups }));
      await tx.insertMany(ErrorGroupCountEntity, rows);
      return changes.length;
    });
  }
}

/** Groups that were seen there, themselves or as one that was merged into them. */
function whereSeen(
  builder: SelectQueryBuilder<ErrorGroupEntity>,
  place: { release: string | undefined; environment: string | undefined },
): void {
  const seen = builder
    .subQuery()
    .select('COALESCE(m.mergedInto, m.id)')
    .from(ErrorGroupPresenceEntity, 'p')
    .innerJoin(ErrorGroupEntity, 'm', 'm.id = p.groupId');
  if (place.release !== undefined) seen.andWhere('p.release = :release');
  if (place.environment !== undefined) seen.andWhere('p.environment = :environment');
  builder.andWhere(`g.id IN ${seen.getQuery()}`, place);
}

/** A group as it is shown. */
export function groupOf(group: ErrorGroupEntity): ErrorGroup {
  return {
    id: group.id,
    title: group.title,
    culprit: group.culprit,
    severity: group.severity,
    category: group.category,
    status: group.status,
    count: group.count,
    firstSeen: group.firstSeen,
    lastSeen: group.lastSeen,
    service: group.service,
    release: group.release,
    assignee: group.assignee,
    notes: group.notes,
    resolvedAt: group.resolvedAt,
    resolvedInRelease: group.resolvedInRelease,
    regressedAt: group.regressedAt,
    ignoreUntil: group.ignoreUntil,
    ignoreCount: group.ignoreCount,
    why: group.why as GroupingReason,
  };
}
