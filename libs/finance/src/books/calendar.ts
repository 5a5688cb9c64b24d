import { InvalidPeriodException } from './finance.exceptions.js';

const DAY_MS = 86_400_000;

/** Zones are at most 14 hours ahead of UTC and 12 behind. */
const WIDEST_OFFSET_MS = 15 * 3_600_000;

/** A month of the books. It ends with its last day, in the zone of the books. */
export interface Month {
  /** `2026-11` */
  readonly name: string;
  readonly start: Date;
  /** Start of the next. */
  readonly end: Date;
}

/** A time that was said: an instant, or a whole day. */
export interface StatedTime {
  /** The instant, or when the day begins. */
  readonly at: Date;
  /** The instant, or the last millisecond of the day. */
  readonly until: Date;
}

/** Days whose beginning is remembered; some ten years. */
const MAX_BEGINS = 4_096;

interface Day {
  /** `2026-11-24` */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where days and months of the books begin: at midnight of one time zone, whatever its clocks do that day. */
export class BooksCalendar {
  private readonly wall: Intl.DateTimeFormat;
  /** The day that was looked up last: most of what is asked for is of today. */
  private latest: Day = { name: '', start: 0, end: 0 };

  /** When days begin that were looked up before. */
  private readonly begins = new Map<number, number>();

  /** @param zone of the IANA database, such as `Europe/Berlin` */
  constructor(readonly zone: string) {
    this.wall = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  /** The day that an instant is in, `2026-11-24`. */
  dayOf(at: Date): string {
    const millis = at.getTime();
    if (millis < this.latest.start || millis >= this.latest.end) this.latest = this.find(millis);
    return this.latest.name;
  }

  /** When a day begins. */
  startOf(day: string): Date {
    return new Date(this.begin(Date.parse(day)));
  }

  /** When the day after begins. */
  endOf(day: string): Date {
    return new Date(this.begin(Date.parse(day) + DAY_MS));
  }

  /** @throws InvalidPeriodException unless the text is a month such as `2026-11` */
  month(name: string): Month {
    if (!/^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/.test(name)) throw new InvalidPeriodException(name);
    const [year = 0, month = 0] = name.split('-').map(Number);
    const [start, end] = [Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1)].map((day) => this.begin(day));
    return { name, start: new Date(start ?? 0), end: new Date(end ?? 0) };
  }

  /** @param text a time or a day, as `IsInstant` takes it */
  read(text: string): StatedTime {
    if (text.includes('T')) return { at: new Date(text), until: new Date(text) };
    return { at: this.startOf(text), until: new Date(this.endOf(text).getTime() - 1) };
  }

  private find(millis: number): Day {
    let day = this.dateAt(millis);
    // Where clocks go back past midnight, a date comes twice; a day begins when its date first does.
    if (millis < this.begin(day)) day -= DAY_MS;
    else if (millis >= this.begin(day + DAY_MS)) day += DAY_MS;
    return { name: nameOf(day), start: this.begin(day), end: this.begin(day + DAY_MS) };
  }

  /** The first instant of a day that is given as midnight UTC. */
  private begin(day: number): number {
    if (this.zone === 'UTC') return day;
    let begin = this.begins.get(day);
    if (begin === undefined) {
      begin = this.search(day);
      if (this.begins.size === MAX_BEGINS) this.begins.clear();
      this.begins.set(day, begin);
    }
    return begin;
  }

  /** By halves, as clocks may pass over midnight. */
  private search(day: number): number {
    let [low, high] = [day - WIDEST_OFFSET_MS, day + WIDEST_OFFSET_MS];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.dateAt(middle) >= day) high = middle;
      else low = middle;
    }
    return high;
  }

  /** The date on the wall, as midnight UTC of it. */
  private dateAt(millis: number): number {
    if (this.zone === 'UTC') return Math.floor(millis / DAY_MS) * DAY_MS;
    return Date.parse(this.wall.format(millis));
  }
}

function nameOf(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}
