import { address, flag, integer, section } from './setting.js';

/** Redis is optional: cache, rate limits across replicas and invalidation messages. */
export class RedisConfig extends section('redis', {
  url: address<string | undefined>({
    env: 'REDIS_URL',
    default: undefined,
    schemes: ['redis', 'rediss'],
    secret: true,
    description: 'Redis server. Unset: each process keeps cache and rate limits in its own memory.',
  }),
  maxConnections: integer({
    env: 'REDIS_MAX_CONNECTIONS',
    default: 50,
    min: 10,
    max: 200,
    description: 'Commands that may wait for Redis at once; beyond it a call fails over to memory.',
  }),
  socketTimeoutSeconds: integer({
    env: 'REDIS_SOCKET_TIMEOUT',
    default: 5,
    min: 1,
    max: 30,
    description: 'Silence after which a connection is probed, in seconds.',
  }),
  connectTimeoutSeconds: integer({
    env: 'REDIS_SOCKET_CONNECT_TIMEOUT',
    default: 5,
    min: 1,
    max: 30,
    description: 'Longest wait for a connection, in seconds.',
  }),
  retryOnTimeout: flag<boolean>({
    env: 'REDIS_RETRY_ON_TIMEOUT',
    default: true,
    description: 'Reconnect with backoff after a lost connection.',
  }),
  defaultTtlSeconds: integer({
    env: 'REDIS_DEFAULT_TTL',
    default: 3600,
    min: 60,
    max: 86_400,
    description: 'Life of a cached value that names none, in seconds.',
  }),
}) {}
