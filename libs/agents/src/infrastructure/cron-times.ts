import { CronTime } from 'cron';

/** Minute, hour, day of month, month and day of week; names of months and days, lists, ranges and steps as in crontab(5). */
const FIVE_FIELDS = /^\S+( \S+){4}$/;

/**
 * The first time after an instant that a cron expression names in a time zone. Where clocks go forward, a time that does not
 * exist is the end of the gap; where they go back, a time that comes twice counts once.
 *
 * @param cron five fields
 * @param timeZone a name of the IANA database
 * @throws Error saying what is wrong with the expression or the zone, or that it names no time at all
 */
export function nextTime(cron: string, timeZone: string, after: Date): Date {
  if (!FIVE_FIELDS.test(cron)) throw new Error('must have five fields, separated by single spaces');
  const times = new CronTime(cron, timeZone);
  try {
    return times.getNextDateFrom(after, timeZone).toJSDate();
  } catch (error) {
    // The library's message is for its own developers.
    throw new Error('names no time in the next eight years', { cause: error });
  }
}
