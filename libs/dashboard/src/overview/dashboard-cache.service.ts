import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';

/** An answer is shown again this long: a hundred open dashboards ask the database once a second. */
const FRESH_MS = 1_000;

interface Entry {
  value: Promise<unknown>;
  madeAt: number;
}

/**
 * Answers of the last second, in this process. Whoever asks while one is being made waits for the same one. Not the shared
 * cache: values are read again within a second anyway, and a detour over Redis would cost as much as most of them.
 */
@Injectable()
export class DashboardCacheService {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock) {}

  get<T>(key: string, make: () => Promise<T>): Promise<T> {
    const now = this.clock.millis();
    const known = this.entries.get(key);
    if (known && now - known.madeAt < FRESH_MS) return known.value as Promise<T>;
    for (const [other, { madeAt }] of this.entries) if (now - madeAt >= FRESH_MS) this.entries.delete(other);
    const value = make();
    this.entries.set(key, { value, madeAt: now });
    value.catch(() => this.entries.delete(key));
    return value;
  }
}
