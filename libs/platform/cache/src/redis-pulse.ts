import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { unlessLate } from '#platform/kernel';
import { REDIS, type RedisHandle } from './redis-handle.js';

const EVERY_MS = 2_000;

/** A Redis that takes longer to answer a PING is of no use to a request. */
const PATIENCE_MS = 1_000;

/** Looks whether Redis answers: one that is frozen, or behind a network that swallows packets, keeps its connection for long. */
@Injectable()
export class RedisPulse implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private isSilent = false;

  constructor(@Inject(REDIS) private readonly redis: RedisHandle) {}

  onApplicationBootstrap(): void {
    if (!this.redis.client) return;
    this.timer = setInterval(() => void this.look(), EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Whether it answered when it was asked last; `undefined` without Redis. */
  get isAnswering(): boolean | undefined {
    return this.redis.client && this.redis.client.isReady && !this.isSilent;
  }

  /** Asks now, in bounded time. One question at a time: those to a frozen Redis would pile up. */
  async look(): Promise<boolean | undefined> {
    const { client } = this.redis;
    if (!client?.isReady) return this.isAnswering;
    this.asking ??= client
      .ping()
      .then(
        () => void (this.isSilent = false),
        () => void (this.isSilent = true),
      )
      .finally(() => (this.asking = undefined));
    await unlessLate(this.asking, PATIENCE_MS, () => (this.isSilent = true));
    return this.isAnswering;
  }
}
