import type { createClient } from 'redis';
import type { RedisConfig } from '#config';
import type { AppLogger } from '#platform/observability';

/** The service's Redis client. */
export type Redis = ReturnType<typeof createClient>;

const LONGEST_RECONNECT_DELAY_MS = 3_000;

/**
 * A client that fails at once while Redis is away and comes back by itself: commands are never queued for a dead server,
 * so a lost Redis costs a caller nothing but the fallback. Connecting goes on in the background; a Redis that is down at
 * start does not keep the service from starting.
 *
 * @returns nothing when none is configured; then its library is not loaded either
 */
export async function openRedis(config: RedisConfig, logger: AppLogger): Promise<Redis | undefined> {
  if (config.url === undefined) return undefined;
  const { createClient } = await import('redis');
  const client = createClient({
    url: config.url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: config.maxConnections * 100,
    pingInterval: config.socketTimeoutSeconds * 1000,
    socket: {
      connectTimeout: config.connectTimeoutSeconds * 1000,
      reconnectStrategy: (retries) =>
        config.retryOnTimeout ? Math.min(50 * 2 ** Math.min(retries, 10), LONGEST_RECONNECT_DELAY_MS) : false,
    },
  });
  let reported = false;
  client.on('error', (error: Error) => {
    if (!reported) logger.warn(`Redis is not available, carrying on without it: ${error.message}`, 'Redis');
    reported = true;
  });
  client.on('ready', () => {
    logger.log(reported ? 'Redis is back' : 'Redis is connected', 'Redis');
    reported = false;
  });
  client.connect().catch(() => undefined);
  return client;
}
