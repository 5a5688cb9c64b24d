import { In, LessThan, Not } from 'typeorm';
import type { Transaction } from '#platform/database';
import { ErrorDayEntity } from '../tables/error-day.entity.js';
import { ErrorGroupDayEntity } from '../tables/error-group-day.entity.js';
import { ErrorGroupHourEntity } from '../tables/error-group-hour.entity.js';
import { ErrorGroupPresenceEntity } from '../tables/error-group-presence.entity.js';
import { ErrorHourEntity } from '../tables/error-hour.entity.js';
import { TopGroupEntity } from '../tables/top-group.entity.js';
import { type Counts, type HourSum, TOP_KEPT, TOP_MOST } from './ledger-writes.js';

/** The groups that were seen most in an hour or on a day, with those of a chunk. */
interface TopList {
  readonly hours: 1 | 24;
  readonly start: string;
  readonly groupIds: Set<string>;
}

const ADDED = { count: 'add' } as const;

/** Adds to the counts of locked groups, of hours and of days. */
export async function addCounts(tx: Transaction, { presences, hours, sums, days }: Counts): Promise<void> {
  await tx.insertMany(
    ErrorGroupPresenceEntity,
    presences.map((presence) => ({ ...presence, lastSeen: new Date(presence.lastSeen) })),
    { key: ['groupId', 'release', 'environment'], set: { count: 'add', lastSeen: 'greatest' } },
  );
  await tx.insertMany(
    ErrorGroupHourEntity,
    hours.map((count) => ({ ...count, hour: new Date(count.hour) })),
    { key: ['hour', 'groupId', 'severity', 'category'], set: ADDED },
  );
  await tx.insertMany(
    ErrorGroupDayEntity,
    days.map((count) => ({ ...count, day: new Date(count.day) })),
    { key: ['day', 'groupId'], set: ADDED },
  );
  for (const list of listsOf({ hours, days })) await keepTop(tx, list);
  // Last, as every chunk of a service adds to the same few rows.
  await tx.insertMany(ErrorDayEntity, byDay(sums), { key: ['day', 'service', 'severity', 'category'], set: ADDED });
  await tx.insertMany(
    ErrorHourEntity,
    sums.map((sum) => ({ ...sum, hour: new Date(sum.hour) })),
    { key: ['hour', 'service', 'severity', 'category'], set: ADDED },
  );
}

/**
 * Puts the groups of a chunk on the list of an hour or day where they are among those seen most, and shortens a list that has grown too
 * long. Runs after their counts were added: the groups are locked, so that nobody else changes these.
 */
async function keepTop(tx: Transaction, list: TopList): Promise<void> {
  const place = { hours: list.hours, start: new Date(list.start) };
  const seen = await seenOf(tx, list);
  const tops = tx.repository(TopGroupEntity);
  const top = await tops.find({ where: place, order: { count: 'DESC' } });
  const least = top[TOP_KEPT - 1]?.count ?? 0;
  if (top.length > TOP_MOST) {
    await tops.delete({ ...place, count: LessThan(least), groupId: Not(In([...seen.keys()])) });
  }
  const isListed = new Set(top.map(({ groupId }) => groupId));
  const rows = [...seen].filter(([groupId, count]) => count > least || isListed.has(groupId));
  await tx.insertMany(
    TopGroupEntity,
    rows.map(([groupId, count]) => ({ ...place, groupId, count })),
    { key: ['hours', 'start', 'groupId'], set: { count: 'take' } },
  );
}

/** How often the groups of a chunk were seen in all in an hour or on a day. */
async function seenOf(tx: Transaction, { hours, start, groupIds }: TopList): Promise<Map<string, number>> {
  // In one order, so that two transactions cannot wait for each other.
  const ids = [...groupIds].sort();
  const at = { groupId: In(ids) };
  const counts =
    hours === 1
      ? await tx.repository(ErrorGroupHourEntity).findBy({ ...at, hour: new Date(start) })
      : await tx.repository(ErrorGroupDayEntity).findBy({ ...at, day: new Date(start) });
  const seen = new Map(ids.map((id) => [id, 0]));
  for (const { groupId, count } of counts) seen.set(groupId, (seen.get(groupId) ?? 0) + count);
  return seen;
}

/** The lists that a chunk may change, in one order. */
function listsOf({ hours, days }: Pick<Counts, 'hours' | 'days'>): TopList[] {
  const lists = new Map<string, TopList>();
  const add = (span: 1 | 24, start: string, groupId: string): void => {
    const key = `${span} ${start}`;
    const list = lists.get(key) ?? { hours: span, start, groupIds: new Set() };
    list.groupIds.add(groupId);
    lists.set(key, list);
  };
  for (const { hour, groupId } of hours) add(1, hour, groupId);
  for (const { day, groupId } of days) add(24, day, groupId);
  return [...lists].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => list);
}

/** Sums of hours put together by days of UTC, in one order. */
function byDay(sums: readonly HourSum[]): ErrorDayEntity[] {
  const days = new Map<string, ErrorDayEntity>();
  for (const { hour, count, ...rest } of sums) {
    const day = `${hour.slice(0, 10)}T00:00:00.000Z`;
    const key = [day, rest.service, rest.severity, rest.category].join('\0');
    const sum = days.get(key) ?? { ...rest, day: new Date(day), count: 0 };
    days.set(key, { ...sum, count: sum.count + count });
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
