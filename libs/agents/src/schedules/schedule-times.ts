import { ValidationException } from '#platform/kernel';
import { nextTime } from './cron-times.js';
import type { ScheduleDefinition } from './schedule.js';

/**
 * The next times of a cron expression in a time zone; fewer when it names no more within eight years of the last.
 *
 * @throws ValidationException when the expression or the zone is not valid, or it names no time at all
 */
export function nextTimes(
  { cron, timeZone }: Pick<ScheduleDefinition, 'cron' | 'timeZone'>,
  after: Date,
  count: number,
): Date[] {
  const times: Date[] = [];
  try {
    while (times.length < count) times.push(nextTime(cron, timeZone, times.at(-1) ?? after));
  } catch (error) {
    if (times.length > 0) return times;
    const message = error instanceof Error ? error.message : String(error);
    const path = /time ?zone/i.test(message) ? 'timeZone' : 'cron';
    throw new ValidationException('The schedule is not valid', {
      details: { errors: [{ path, message, code: path }] },
    });
  }
  return times;
}
