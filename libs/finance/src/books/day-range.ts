import type { BooksCalendar } from './calendar.js';
import { Faults } from './faults.js';
import { InvalidTransactionException } from './fields.exceptions.js';

/** Days from the first to the last, `2026-11-24`, both inclusive. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** Days as they are asked for: a month, or any two days. */
export interface AskedDays {
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * The days that are asked for. Without a first day it is that of the last day's month, without a last day it is today.
 *
 * @throws InvalidTransactionException for days that do not exist or are in the wrong order
 */
export function dayRange({ period, from, to }: AskedDays, calendar: BooksCalendar, now: Date): DayRange {
  if (period !== undefined && (from !== undefined || to !== undefined))
    throw new InvalidTransactionException('period', 'stands alone, or from and to do');
  if (period !== undefined) {
    const { end } = calendar.month(period);
    return { from: `${period}-01`, to: calendar.dayOf(new Date(end.getTime() - 1)) };
  }
  const last = to ?? calendar.dayOf(now);
  const days = { from: from ?? `${last.slice(0, 7)}-01`, to: last };
  const faults = new Faults();
  for (const path of ['from', 'to'] as const) if (!isDay(days[path])) faults.note(path, 'must be a day that exists');
  faults.settle();
  if (days.from > days.to) throw new InvalidTransactionException('from', 'must not be after to');
  return days;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const at = new Date(day);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
