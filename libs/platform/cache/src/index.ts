export { Cache } from './cache.js';
export { CacheModule } from './cache.module.js';
export type { Redis } from './redis.js';
export { RedisPulse } from './redis-pulse.js';
export { REDIS, type RedisHandle } from './redis-handle.js';
