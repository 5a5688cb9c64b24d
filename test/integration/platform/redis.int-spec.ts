import type { ChildProcess } from 'node:child_process';
import { Cache } from '#platform/cache';
import { RateLimitStorage } from '#platform/security';
import { connectedToRedis, freePort, hasRedis, startRedis } from '../../support/redis-server.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

(hasRedis ? describe : describe.skip)('with Redis', () => {
  let redis: ChildProcess;
  let port: number;
  let first: TestApp;
  let second: TestApp;

  beforeAll(async () => {
    port = await freePort();
    redis = startRedis(port);
    const env = { REDIS_URL: `redis://127.0.0.1:${port}`, RATE_LIMIT_MAX: '30' };
    first = await startTestApp(env);
    second = await startTestApp(env, first);
    await Promise.all([connectedToRedis(first), connectedToRedis(second)]);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
    redis.kill('SIGKILL');
  });

  it('two replicas count a rate limit together, exactly', async () => {
    const token = await first.tokenFor('ADMIN');
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, index) => (index % 2 ? first : second).call('GET', '/api/v1/auth/me', { token })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(30);
    expect(answers.filter(({ status }) => status === 429).length).toBe(50);
  });

  it('a hit that is given back is one less, and never less than none', async () => {
    const storage = first.get(RateLimitStorage);
    for (let i = 0; i < 3; i++) await storage.increment('given-back', 60_000, 5);
    for (let i = 0; i < 2; i++) await second.get(RateLimitStorage).decrement('given-back');
    expect(await storage.increment('given-back', 60_000, 5)).toMatchObject({ totalHits: 2 });
    for (let i = 0; i < 4; i++) await storage.decrement('given-back');
    expect(await storage.increment('given-back', 60_000, 5)).toMatchObject({ totalHits: 1 });
  });

  it('two replicas share sessions: logout on one is logout on the other within a second', async () => {
    const token = await first.tokenFor('DEVELOPER');
    expect((await second.call('GET', '/api/v1/auth/me', { token })).status).toBe(200);
    await first.call('POST', '/api/v1/auth/logout', { token });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await second.call('GET', '/api/v1/auth/me', { token })).status).toBe(401);
  });

  it('two replicas share the cache', async () => {
    await first.get(Cache).set('shared', { a: 1 }, 60);
    expect(await second.get(Cache).get('shared')).toEqual({ a: 1 });
    await second.get(Cache).delete('shared');
    expect(await first.get(Cache).get('shared')).toBeUndefined();
  });

  it('a frozen Redis is noticed, by health and by the metric, and so is that it is back', async () => {
    // The metric is that of either replica, as both are in this process; each looks every other second.
    const becomes = async (value: string): Promise<void> => {
      for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
        const { text } = await first.call('GET', '/metrics');
        if (text.includes(`\ndevskyy_redis_up ${value}\n`)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`redis_up did not become ${value}`);
    };
    redis.kill('SIGSTOP');
    try {
      expect((await first.call('GET', '/health')).body).toMatchObject({
        status: 'degraded',
        checks: { redis: { status: 'degraded', message: 'does not answer; memory is used' } },
      });
      await becomes('0');
    } finally {
      redis.kill('SIGCONT');
    }
    expect((await first.call('GET', '/health')).body).toMatchObject({ status: 'healthy' });
    await becomes('1');
  });

  it('a killed Redis costs no answer, limits go on more strictly, and it is taken up again', async () => {
    const token = await first.tokenFor('API_USER');
    const ask = () => first.call('GET', '/api/v1/auth/me', { token });
    redis.kill('SIGKILL');
    const answers = [];
    for (let index = 0; index < 25; index++) answers.push(await ask());
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(14);
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    expect((await first.call('GET', '/health')).body).toMatchObject({
      status: 'degraded',
      checks: { redis: { status: 'degraded' } },
    });
    expect((await first.call('GET', '/health/ready')).status).toBe(200);
    expect(await first.get(Cache).get('anything')).toBeUndefined();
    redis = startRedis(port);
    await connectedToRedis(first);
    expect((await first.call('GET', '/health')).body).toMatchObject({ status: 'healthy' });
  });
});

describe('without Redis', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ REDIS_URL: 'redis://127.0.0.1:1' });
  });
  afterAll(() => app.close());

  it('starts all the same when the configured one is down', async () => {
    expect((await app.call('GET', '/health')).body).toMatchObject({ status: 'degraded' });
    expect((await app.call('GET', '/health/ready')).status).toBe(200);
  });

  it('loads a value once for everybody who waits for it', async () => {
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return 'value';
    };
    const values = await Promise.all(Array.from({ length: 50 }, () => app.get(Cache).wrap('key', 60, load)));
    expect(new Set(values)).toEqual(new Set(['value']));
    expect(loads).toBe(1);
  });
});
