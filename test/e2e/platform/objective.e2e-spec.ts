import { startTestApp, type TestApp } from '../../support/test-app.js';

describe('the service level objective', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const counts = async (): Promise<Record<string, number>> => {
    const { text } = await app.call('GET', '/metrics');
    const found = text.matchAll(/^devskyy_slo_requests_total\{outcome="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, outcome = '', count]) => [outcome, Number(count)]));
  };

  it('does not count probes and unknown addresses, nor the time of a request that waits as it was asked to', async () => {
    const token = await app.tokenFor('ADMIN');
    const agent = { slug: 'idle', name: 'idle', category: 'tests', kind: 'worker' };
    expect((await app.call('POST', '/agents', { token, body: agent })).status).toBe(201);
    // The count is written once the answer is out.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = await counts();
    for (const route of ['/health', '/health/live', '/no-such-route', '/agents/idle', '/agents/idle']) {
      await app.call('GET', route, { token });
    }
    const start = Date.now();
    const { status, body } = await app.call('POST', '/agents/idle/execute?wait=1', { token, body: {} });
    expect([status, Date.now() - start > 900]).toEqual([202, true]);
    const stream = await fetch(`${app.url}/tasks/${String(body['id'])}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(stream.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await app.call('POST', `/tasks/${String(body['id'])}/cancel`, { token });
    expect(await stream.text()).toContain('cancelled');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const after = await counts();
    const total = (of: Record<string, number>): number => Object.values(of).reduce((sum, count) => sum + count, 0);
    expect(total(after) - total(before)).toBe(5);
    expect([after['slow'], after['failed']]).toEqual([before['slow'], before['failed']]);
  });
});
