import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { REDIS, type RedisHandle } from '#platform/cache';
import type { TestApp } from './test-app.js';

/** Suites that need Redis run where its server is installed; `.ci/run` installs it. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export function startRedis(port: number): ChildProcess {
  return spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
}

/** Waits until the application is connected to Redis. */
export async function connectedToRedis(app: TestApp): Promise<void> {
  const redis = app.app.get<RedisHandle>(REDIS, { strict: false });
  for (let waited = 0; !redis.client?.isReady; waited += 50) {
    if (waited > 10_000) throw new Error('Redis did not come up');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
