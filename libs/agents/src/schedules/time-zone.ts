/** How many zones there are, and more. */
const MOST_ZONES = 1_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * What clocks of a zone show at an instant, less UTC, in milliseconds.
 *
 * @throws Error unless the zone is a name of the IANA database
 */
export function offsetAt(timeZone: string, at: number): number {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1_000) * 1_000;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = newClock(timeZone);
  if (clocks.size < MOST_ZONES) clocks.set(timeZone, clock);
  return clock;
}

function newClock(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric' as const;
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  // An offset such as +02:00 is no zone: that of a place changes its offset.
  if (/^[A-Za-z]/.test(timeZone)) {
    try {
      return new Intl.DateTimeFormat('en-US', {
        ...fields,
        timeZone,
        hourCycle: 'h23',
        calendar: 'gregory',
        numberingSystem: 'latn',
      });
    } catch {
      // Said below.
    }
  }
  throw new Error('must be a time zone of the IANA database, such as Europe/Berlin');
}
