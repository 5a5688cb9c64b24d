import { CronTime } from 'cron';
import { offsetAt } from './time-zone.js';

/** Minute, hour, day of month, month and day of week; names of months and days, lists, ranges and steps as in crontab(5). */
const FIVE_FIELDS = /^\S+( \S+){4}$/;

const [SECOND_MS, DAY_MS] = [1_000, 86_400_000];

/**
 * The first time after an instant that a cron expression names in a time zone. The library only finds times on the wall; which instants
 * they are where clocks change is decided here, as crontab(5) of Vixie cron does: an expression for every hour goes by the time that
 * passes. Of one that names hours, a time that comes twice counts once, and one that does not exist is the end of the gap.
 *
 * @param cron five fields
 * @param timeZone a name of the IANA database
 * @throws Error saying what is wrong with the expression or the zone, or that it names no time at all
 */
export function nextTime(cron: string, timeZone: string, after: Date): Date {
  if (!FIVE_FIELDS.test(cron)) throw new Error('must have five fields, separated by single spaces');
  const offset = (at: number): number => offsetAt(timeZone, at);
  const times = new CronTime(cron, 'UTC');
  const nextWall = (wall: number): number => {
    try {
      return times.getNextDateFrom(new Date(wall), 'UTC').toMillis();
    } catch (error) {
      // The library's message is for its own developers.
      throw new Error('names no time in the next eight years', { cause: error });
    }
  };
  const isForEveryHour = cron.split(' ')[1]?.startsWith('*') === true;
  const find = isForEveryHour ? byPassingTime : byHours;
  return new Date(find(after.getTime(), nextWall, offset));
}

type ByInstant = (at: number) => number;

/** As if clocks did not change, and from the next change on as if they had always been so. */
function byPassingTime(after: number, nextWall: ByInstant, offset: ByInstant): number {
  const now = offset(after);
  const next = nextWall(after + now) - now;
  if (offset(next) === now) return next;
  const change = changeBetween(after, next, offset);
  const then = offset(change);
  return nextWall(change + then - SECOND_MS) - then;
}

/** The first instant of each time on the wall. */
function byHours(after: number, nextWall: ByInstant, offset: ByInstant): number {
  let wall = after + offset(after);
  for (;;) {
    wall = nextWall(wall);
    const instant = firstInstantOf(wall, offset);
    if (instant > after) return instant;
  }
}

/** When clocks first show a time; the end of the gap when they never do. */
function firstInstantOf(wall: number, offset: ByInstant): number {
  const [before, behind] = [offset(wall - DAY_MS), offset(wall + DAY_MS)];
  const shown = [wall - before, wall - behind].filter((instant) => instant + offset(instant) === wall);
  return shown.length > 0 ? Math.min(...shown) : changeBetween(wall - behind, wall - before, offset);
}

/** When clocks have changed, between two instants of which the first is before. */
function changeBetween(before: number, behind: number, offset: ByInstant): number {
  const old = offset(before);
  let [low, high] = [before, behind];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === old) low = middle;
    else high = middle;
  }
  return high;
}
