import { request } from 'node:http';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** What a request that announces a body is told before it has sent any of it. */
function announce(
  app: TestApp,
  path: string,
  headers: Record<string, string | number>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${app.url}${path}`, { method: 'POST', headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body });
        sent.destroy();
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    sent.flushHeaders();
  });
}

describe('limits in layers', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startTestApp({
      RATE_LIMIT_MAX: '30',
      MAX_BYTES_IN_FLIGHT_MB: '1',
      MAX_STREAMS_PER_USER: '3',
      TRUST_PROXY: '1',
    });
  });
  afterEach(() => app.close());

  const makeKey = async (token: string): Promise<string> =>
    (await app.call<{ key: string }>('POST', '/api/v1/auth/api-keys', { token, body: { name: 'k' } })).body.key;

  it('count all credentials of a user together, besides each key', async () => {
    const token = await app.tokenFor('DEVELOPER');
    const keys = [await makeKey(token), await makeKey(token), await makeKey(token), await makeKey(token)];
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, i) => app.call('GET', '/api/v1/agents', { apiKey: keys[i % 4] ?? '' })),
    );
    const passed = answers.filter(({ status }) => status === 200).length;
    // Four requests of the same user made the keys.
    expect(passed).toBe(26);
    expect((await app.call('GET', '/api/v1/agents', { token: await app.tokenFor('ADMIN') })).status).toBe(200);
  });

  it('count strangers at every door, and let regular callers pass', async () => {
    const token = await app.tokenFor('DEVELOPER');
    const key = await makeKey(token);
    await app.call('GET', '/api/v1/agents', { apiKey: key });
    const doors: [string, string, object?][] = [
      ['POST', '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }],
      ['POST', '/api/v1/leases', { workerId: 'x' }],
      ['POST', '/api/v1/tasks/complete', { results: [] }],
      ['GET', '/api/v1/users'],
    ];
    for (const [index, [method, route, body]] of doors.entries()) {
      // Each from a network of its own.
      const headers = { 'x-forwarded-for': `203.0.113.${index}` };
      const statuses: number[] = [];
      for (let i = 0; i < 40; i++) {
        const by = i % 2 ? {} : { token: 'forged' };
        statuses.push((await app.call(method, route, { ...by, body, headers })).status);
      }
      expect({ route, statuses: statuses.slice(0, 25) }).toEqual({ route, statuses: Array(25).fill(401) });
      expect({ route, statuses: statuses.slice(-8) }).toEqual({ route, statuses: Array(8).fill(429) });
      expect((await app.call('GET', '/api/v1/auth/me', { token, headers })).status).toBe(200);
      expect((await app.call('GET', '/api/v1/auth/me', { apiKey: key, headers })).status).toBe(200);
      expect((await app.call('GET', '/health/live', { headers })).status).toBe(200);
      expect((await app.call('GET', '/metrics', { headers })).status).toBe(200);
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 900_000 };
    const refused = await announce(app, '/api/v1/oauth/token', { ...form, 'x-forwarded-for': '203.0.113.0' });
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'SECURITY.RATE_LIMITED', status: 429 });
  });

  it('count logins apart, and read no more of them once there were too many', async () => {
    const strict = await startTestApp({ AUTH_RATE_LIMIT_MAX: '5' }, app);
    try {
      const body = { identifier: 'nobody', password: 'x' };
      for (let i = 0; i < 6; i++) await strict.call('POST', '/api/v1/auth/login', { body });
      const headers = { 'content-type': 'application/json', 'content-length': 900_000 };
      expect((await announce(strict, '/api/v1/auth/login', headers)).status).toBe(429);
      expect((await strict.call('GET', '/api/v1/users')).status).toBe(401);
    } finally {
      await strict.close();
    }
  });

  it('count strangers at the Sentry doors, and no project that has a key', async () => {
    const admin = await app.tokenFor('ADMIN');
    const made = await app.call<{ id: number; keys: string[] }>('POST', '/api/v1/errors/projects', {
      token: admin,
      body: { name: 'shop' },
    });
    const { id, keys } = made.body;
    const send = async (key: string): Promise<number> => {
      const body = `{"event_id":"${'0'.repeat(32)}"}\n{"type":"session"}\n{}`;
      const response = await fetch(`${app.url}/api/${id}/envelope/?sentry_key=${key}`, { method: 'POST', body });
      return response.status;
    };
    const statuses: number[] = [];
    for (let i = 0; i < 40; i++) statuses.push(await send('f'.repeat(32)));
    expect(statuses.slice(0, 25)).toEqual(Array(25).fill(403));
    expect(statuses.slice(-8)).toEqual(Array(8).fill(429));
    expect(await send(keys[0] ?? '')).toBe(200);
  });

  it('leave the bodies of strangers unread where a role is demanded', async () => {
    const large = { 'content-type': 'application/json', 'content-length': 15_000_000 };
    const strangers: Record<string, string>[] = [{}, { authorization: 'Bearer forged' }, { 'x-api-key': 'dsk_forged' }];
    for (const who of strangers) {
      const answer = await announce(app, '/api/v1/errors', { ...large, ...who });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({ status: 401, code: expect.stringMatching(/^AUTH\./) as string });
    }
  });

  it('bound what one network has in the works, and take it again afterwards', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 700_000 };
    const first = request(`${app.url}/api/v1/auth/login`, { method: 'POST', headers });
    first.on('error', () => undefined);
    first.flushHeaders();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await announce(app, '/api/v1/auth/login', headers)).status).toBe(429);
    expect((await app.call('GET', '/health/live')).status).toBe(200);
    first.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const body = { identifier: 'nobody', password: 'x' };
    expect((await app.call('POST', '/api/v1/auth/login', { body })).status).toBe(401);
  });

  it('bound what one user has open, and take it again afterwards', async () => {
    const token = await app.tokenFor('API_USER');
    const wait = (signal: AbortSignal) =>
      fetch(`${app.url}/api/v1/leases`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ workerId: worker, waitMs: 5000 }),
      });
    const { body } = await app.call<{ workerId: string }>('POST', '/api/v1/workers', {
      token,
      body: { name: 'w' },
    });
    const worker = body.workerId;
    const stop = new AbortController();
    const open = Array.from({ length: 3 }, () => wait(stop.signal).catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const refused = await wait(AbortSignal.timeout(3_000));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    stop.abort();
    await Promise.all(open);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const later = await fetch(`${app.url}/api/v1/leases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workerId: worker, waitMs: 0 }),
    });
    expect(later.status).toBe(204);
  });
});
