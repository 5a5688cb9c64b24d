import { Inject, Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { REDIS, type Redis, type RedisHandle } from '#platform/cache';
import { Clock, unlessLate } from '#platform/kernel';
import { Metrics } from '#platform/observability';

/** Hits in a window, and whether they are too many. */
export type HitRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts one hit and tells the count and the milliseconds left, in one step, so that parallel hits are exact. */
const COUNT_HIT = `
local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {hits, left}`;

const READ_HITS = `return {tonumber(redis.call('GET', KEYS[1]) or 0), redis.call('PTTL', KEYS[1])}`;

/** Takes one hit of a window that still runs. */
const TAKE_HIT = `
if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end
return {0, 0}`;

const PREFIX = 'devskyy:rate:';

/** A Redis that accepts commands and does not answer them is as good as dead after this long. */
const REDIS_TIMEOUT_MS = 250;

/** Windows kept in memory before expired ones are swept out. */
const SWEEP_SIZE = 10_000;

interface Window {
  hits: number;
  resetsAt: number;
}

/**
 * Hits in fixed windows: in Redis when configured, so that all replicas count together, else in memory. While Redis is
 * away each process counts for itself against half the limit: stricter, since replicas no longer see each other.
 */
@Injectable()
export class RateLimitStorage implements ThrottlerStorage {
  private readonly windows = new Map<string, Window>();
  private readonly fallbacks;

  constructor(
    @Inject(REDIS) private readonly redis: RedisHandle,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.fallbacks = metrics.counter('rate_limit_fallbacks_total', 'Hits counted in memory because Redis was away.');
  }

  /**
   * @param ttl length of the window in milliseconds
   * @returns hits in this window, this one included, and the seconds until it ends
   */
  async increment(key: string, ttl: number, limit: number): Promise<HitRecord> {
    const { client } = this.redis;
    if (!client) return this.countInMemory(key, ttl, limit);
    try {
      return await this.countInRedis(client, key, ttl, limit);
    } catch {
      this.fallbacks.inc();
      return this.countInMemory(key, ttl, Math.max(1, Math.floor(limit / 2)));
    }
  }

  /** As `increment`, without asking anybody; `undefined` where Redis counts. */
  incrementHere(key: string, ttl: number, limit: number): HitRecord | undefined {
    return this.redis.client ? undefined : this.countInMemory(key, ttl, limit);
  }

  /** Takes a hit back, wherever it was counted; one that cannot be taken back while Redis is away ends with its window. */
  async decrement(key: string): Promise<void> {
    const window = this.windows.get(key);
    if (window && window.hits > 0) window.hits -= 1;
    const { client } = this.redis;
    if (client) await inTime(client.eval(TAKE_HIT, { keys: [PREFIX + key], arguments: [] })).catch(() => undefined);
  }

  /** Seconds until the window ends, when its hits are over the limit; counts nothing. */
  async blockedFor(key: string, limit: number): Promise<number | undefined> {
    const { client } = this.redis;
    if (!client) return this.blockedInMemory(key, limit);
    try {
      const read = client.eval(READ_HITS, { keys: [PREFIX + key], arguments: [] });
      const [hits, left] = await inTime(read);
      return hits > limit ? Math.max(1, Math.ceil(left / 1000)) : undefined;
    } catch {
      return this.blockedInMemory(key, Math.max(1, Math.floor(limit / 2)));
    }
  }

  private blockedInMemory(key: string, limit: number): number | undefined {
    const window = this.windows.get(key);
    const leftMs = (window?.resetsAt ?? 0) - this.clock.millis();
    return window && leftMs > 0 && window.hits > limit ? Math.ceil(leftMs / 1000) : undefined;
  }

  private async countInRedis(client: Redis, key: string, ttl: number, limit: number): Promise<HitRecord> {
    const counted = client.eval(COUNT_HIT, { keys: [PREFIX + key], arguments: [String(ttl)] });
    const [hits, left] = await inTime(counted);
    return toRecord(hits, left, limit);
  }

  private countInMemory(key: string, ttl: number, limit: number): HitRecord {
    const now = this.clock.millis();
    let window = this.windows.get(key);
    if (!window || window.resetsAt <= now) {
      if (this.windows.size >= SWEEP_SIZE) this.sweep(now);
      window = { hits: 0, resetsAt: now + ttl };
      this.windows.set(key, window);
    }
    window.hits += 1;
    return toRecord(window.hits, window.resetsAt - now, limit);
  }

  private sweep(now: number): void {
    for (const [key, window] of this.windows) if (window.resetsAt <= now) this.windows.delete(key);
  }
}

/** Hits and milliseconds left, as both scripts answer. */
function inTime(answer: Promise<unknown>): Promise<[number, number]> {
  return unlessLate(answer as Promise<[number, number]>, REDIS_TIMEOUT_MS, () => {
    throw new Error('Redis did not answer in time');
  });
}

function toRecord(hits: number, leftMs: number, limit: number): HitRecord {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  const isBlocked = hits > limit;
  return { totalHits: hits, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 };
}
