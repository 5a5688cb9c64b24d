import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { RedisConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { Cache } from './cache.js';
import { REDIS, type RedisHandle } from './redis-handle.js';
import { RedisPulse } from './redis-pulse.js';
import { openRedis } from './redis.js';

/** Closes the client once requests are drained; `onModuleDestroy` would come before that. */
@Injectable()
class RedisShutdown implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisHandle) {}

  async onApplicationShutdown(): Promise<void> {
    await this.redis.client?.disconnect().catch(() => undefined);
  }
}

/** Cache and the one Redis client, for everybody. */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [RedisConfig, AppLogger],
      useFactory: async (config: RedisConfig, logger: AppLogger): Promise<RedisHandle> => ({
        client: await openRedis(config, logger),
      }),
    },
    Cache,
    RedisPulse,
    RedisShutdown,
  ],
  exports: [Cache, REDIS, RedisPulse],
})
export class CacheModule {}
