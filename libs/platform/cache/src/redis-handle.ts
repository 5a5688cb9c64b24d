import type { Redis } from './redis.js';

/** Injection token of the Redis handle. */
export const REDIS = Symbol('REDIS');

/** The Redis client, or nothing when the service runs without one. */
export interface RedisHandle {
  readonly client: Redis | undefined;
}
