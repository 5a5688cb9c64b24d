// Chance that is the same each time, and days.

/** Numbers that follow from a text alone (FNV-1a, then Mulberry32), so that what was made once is made alike again. */
export class Chance {
  #state = 0x811c9dc5;

  constructor(text) {
    for (const byte of Buffer.from(text)) this.#state = Math.imul(this.#state ^ byte, 0x01000193) >>> 0;
  }

  /** From 0 to just below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  is(share) {
    return this.next() < share;
  }

  /** A whole number, both ends included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** @param weights how often each place comes, in relation to the others @returns a place */
  place(weights) {
    let left = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    return Math.max(
      weights.findIndex((weight) => (left -= weight) < 0),
      0,
    );
  }
}

const DAY_MS = 86_400_000;

/** The days (UTC) up to the one of `now`, earliest first, as `2026-11-30`. */
export function lastDays(count, now) {
  return Array.from({ length: count }, (_, index) => dayOf(new Date(now.getTime() - (count - 1 - index) * DAY_MS)));
}

export function dayOf(time) {
  return time.toISOString().slice(0, 10);
}

/** @param minutes after the beginning of the day; may be days later */
export function timeOn(day, minutes) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000);
}

/** 0 is Sunday. */
export function weekdayOf(day) {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}
