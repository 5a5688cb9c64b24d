import { Inject, Injectable } from '@nestjs/common';
import { type Cache as Store, caching } from 'cache-manager';
import type { RedisClientType } from 'redis';
import { RedisConfig } from '#config';
import { Metrics } from '#platform/observability';
import { REDIS, type RedisHandle } from './redis-handle.js';

/** Values kept by one process when there is no Redis. */
const MAX_MEMORY_ITEMS = 10_000;

/** Keys of this service, apart from others in a shared Redis. */
const PREFIX = 'devskyy:cache:';

/**
 * A cache for values that can be read again: Redis when configured, else the memory of the process. Values go through JSON.
 * A cache that is away is a cache that misses; it never fails a caller.
 */
@Injectable()
export class Cache {
  private readonly store: Promise<Store>;
  private readonly inFlight = new Map<string, Promise<unknown>>();
  private readonly lookups;

  constructor(
    @Inject(REDIS) redis: RedisHandle,
    private readonly config: RedisConfig,
    metrics: Metrics,
  ) {
    this.lookups = metrics.counter('cache_lookups_total', 'Cache lookups by result.', ['result']);
    const ttl = config.defaultTtlSeconds * 1000;
    this.store = redis.client
      ? redisStore(redis.client as RedisClientType, ttl)
      : caching('memory', { ttl, max: MAX_MEMORY_ITEMS });
  }

  async get<T>(key: string): Promise<T | undefined> {
    let value: T | undefined;
    try {
      value = (await (await this.store).get<T>(PREFIX + key)) ?? undefined;
    } catch {
      this.lookups.labels('error').inc();
      return undefined;
    }
    this.lookups.labels(value === undefined ? 'miss' : 'hit').inc();
    return value;
  }

  /** @param ttlSeconds life of the value; the configured default when left out */
  async set(key: string, value: unknown, ttlSeconds = this.config.defaultTtlSeconds): Promise<void> {
    try {
      await (await this.store).set(PREFIX + key, value, ttlSeconds * 1000);
    } catch {
      // The next reader loads it again.
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await (await this.store).del(PREFIX + key);
    } catch {
      // Bounded by the life of the value; what must be gone at once does not live in a cache.
    }
  }

  /**
   * The cached value, or the one `load` makes. Callers that arrive while it is being made in this process wait for the
   * same one (single flight), so that an expired hot key costs one load.
   */
  async wrap<T>(key: string, ttlSeconds: number, load: () => Promise<T>): Promise<T> {
    const running = this.inFlight.get(key) as Promise<T> | undefined;
    if (running) return running;
    const flight = this.load(key, ttlSeconds, load).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, flight);
    return flight;
  }

  private async load<T>(key: string, ttlSeconds: number, load: () => Promise<T>): Promise<T> {
    const cached = await this.get<T>(key);
    if (cached !== undefined) return cached;
    const value = await load();
    await this.set(key, value, ttlSeconds);
    return value;
  }
}

async function redisStore(client: RedisClientType, ttl: number): Promise<Store> {
  const { redisInsStore } = await import('cache-manager-redis-yet');
  return caching(redisInsStore(client, { ttl }));
}
