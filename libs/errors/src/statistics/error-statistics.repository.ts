import { Injectable } from '@nestjs/common';
import { In, MoreThanOrEqual, type ObjectLiteral, type Repository, type SelectQueryBuilder } from 'typeorm';
import { Database } from '#platform/database';
import { ErrorDayEntity } from '../tables/error-day.entity.js';
import { ErrorGroupDayEntity } from '../tables/error-group-day.entity.js';
import { ErrorGroupHourEntity } from '../tables/error-group-hour.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { ErrorHourEntity } from '../tables/error-hour.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { TopGroupEntity } from '../tables/top-group.entity.js';

/** Occurrences by what they are, over a span of hours. */
export interface HourlyCounts {
  bySeverity: Record<string, number>;
  byCategory: Record<string, number>;
  byService: Record<string, number>;
  series: { hour: Date; count: number }[];
  topGroups: { id: string; count: number }[];
}

/** The hours of a span before its first whole day, and its days. */
export interface Steps {
  hours: Date[];
  days: Date[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Groups at the top of all lists of a span that are looked at: those that are shown may have been merged of several. */
export const CANDIDATES = 100;

/** Sums over the counts of hours and days: whole days by theirs, the hours before one by one. They are kept when occurrences are thinned, so they stay exact. */
@Injectable()
export class ErrorStatisticsRepository {
  constructor(protected readonly database: Database) {}

  /** @param since a full hour @param until later than any occurrence */
  async countsSince(since: Date, until: Date, top: number): Promise<HourlyCounts> {
    const firstDay = firstDayIn(since);
    const hours = stepsFrom(since.getTime(), Math.min(firstDay, until.getTime()), HOUR_MS);
    const days = stepsFrom(firstDay, until.getTime(), DAY_MS);
    const [sums, topGroups] = await Promise.all([
      this.sumsSince(since, new Date(firstDay)),
      this.topGroupsIn({ hours, days }, top),
    ]);
    return { ...sums, topGroups };
  }

  /** Occurrences accepted in the last minutes. */
  async receivedSince(since: Date): Promise<number> {
    return this.database.repository(OccurrenceEntity).countBy({ receivedAt: MoreThanOrEqual(since) });
  }

  protected sumsSince(since: Date, firstDay: Date): Promise<Omit<HourlyCounts, 'topGroups'>> {
    return this.database.snapshot(async (tx) => {
      const inHours = tx.repository(ErrorHourEntity).createQueryBuilder('s');
      const onDays = tx.repository(ErrorDayEntity).createQueryBuilder('s');
      const kinds = [
        ...(await sumsByKind(inHours.where('s.hour >= :since AND s.hour < :firstDay', { since, firstDay }))),
        ...(await sumsByKind(onDays.where('s.day >= :firstDay', { firstDay }))),
      ];
      const hours = tx.repository(ErrorHourEntity).createQueryBuilder('s').where('s.hour >= :since', { since });
      const series = await hours
        .select('s.hour', 'hour')
        .addSelect('SUM(s.count)', 'seen')
        .groupBy('s.hour')
        .orderBy('s.hour')
        .getRawMany<{ hour: Date; seen: string }>();
      return {
        bySeverity: addedUp(kinds, 'severity'),
        byCategory: addedUp(kinds, 'category'),
        byService: addedUp(kinds, 'service'),
        series: series.map(({ hour, seen }) => ({ hour: new Date(hour), count: Number(seen) })),
      };
    });
  }

  /**
   * Who is shown is found on the lists of hours and days, which name the groups that were seen most in each; how often each was seen in
   * the span is counted exactly.
   */
  protected topGroupsIn({ hours, days }: Steps, top: number): Promise<{ id: string; count: number }[]> {
    return this.database.snapshot(async (tx) => {
      const groups = tx.repository(ErrorGroupEntity);
      const lists = [
        { hours: 1, start: In(hours) },
        { hours: 24, start: In(days) },
      ];
      const listed = tx.repository(TopGroupEntity).createQueryBuilder('s').where(lists);
      const seen = await sumsByGroup(listed, CANDIDATES);
      const shown = sumsByRoot(await groups.findBy({ id: In([...seen.keys()]) }), seen, 2 * top);
      const roots = In(shown.map(({ id }) => id));
      const members = await groups.findBy([{ id: roots }, { mergedInto: roots }]);
      const groupId = In(members.map(({ id }) => id));
      const inHours = await sumsByGroup(counted(tx.repository(ErrorGroupHourEntity), { groupId, hour: In(hours) }));
      const onDays = await sumsByGroup(counted(tx.repository(ErrorGroupDayEntity), { groupId, day: In(days) }));
      const counts = new Map(members.map(({ id }) => [id, (inHours.get(id) ?? 0) + (onDays.get(id) ?? 0)]));
      return sumsByRoot(members, counts, top);
    });
  }
}

interface KindSum {
  service: string;
  severity: string;
  category: string;
  seen: string;
}

function counted<T extends ObjectLiteral>(counts: Repository<T>, where: ObjectLiteral): SelectQueryBuilder<T> {
  return counts.createQueryBuilder('s').where(where);
}

function sumsByKind<T extends ObjectLiteral>(builder: SelectQueryBuilder<T>): Promise<KindSum[]> {
  builder.select([]).addSelect('SUM(s.count)', 'seen');
  for (const name of ['service', 'severity', 'category']) builder.addSelect(`s.${name}`, name).addGroupBy(`s.${name}`);
  return builder.getRawMany<KindSum>();
}

function addedUp(sums: readonly KindSum[], kind: 'service' | 'severity' | 'category'): Record<string, number> {
  const found = new Map<string, number>();
  for (const sum of sums) found.set(sum[kind], (found.get(sum[kind]) ?? 0) + Number(sum.seen));
  return Object.fromEntries(found);
}

/** @param limit only the groups with the greatest sums */
async function sumsByGroup<T extends ObjectLiteral>(
  builder: SelectQueryBuilder<T>,
  limit?: number,
): Promise<Map<string, number>> {
  const rows = await builder
    .select('s.groupId', 'id')
    .addSelect('SUM(s.count)', 'seen')
    .groupBy('s.groupId')
    .orderBy('seen', 'DESC')
    .addOrderBy('s.groupId')
    .limit(limit)
    .getRawMany<{ id: string; seen: string }>();
  return new Map(rows.map(({ id, seen }) => [id, Number(seen)]));
}

/** Sums of groups as those of the groups that are shown for them, the greatest first. */
function sumsByRoot(
  groups: readonly ErrorGroupEntity[],
  sums: ReadonlyMap<string, number>,
  limit: number,
): { id: string; count: number }[] {
  const found = new Map<string, number>();
  for (const { id, mergedInto } of groups) {
    const root = mergedInto ?? id;
    found.set(root, (found.get(root) ?? 0) + (sums.get(id) ?? 0));
  }
  return [...found]
    .map(([id, count]) => ({ id, count }))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

/** The beginning of the first whole day of a span. */
function firstDayIn(since: Date): number {
  return Math.ceil(since.getTime() / DAY_MS) * DAY_MS;
}

/** Times from one up to another, which is not among them. */
function stepsFrom(first: number, end: number, step: number): Date[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((end - first) / step)) },
    (_, index) => new Date(first + index * step),
  );
}
