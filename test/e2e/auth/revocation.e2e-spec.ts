import type { ChildProcess } from 'node:child_process';
import { UserCreationService } from '#auth';
import { Database } from '#platform/database';
import type { Role } from '#platform/kernel';
import { eventually } from '../errors/eventually.js';
import { connectedToRedis, freePort, hasRedis, startRedis } from '../../support/redis-server.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

interface Login {
  accessToken: string;
  user: { id: string };
}

/** What an access token must outlive nowhere by more than this. */
const ONE_SECOND = 1_000;

const SETTINGS = [
  { name: 'without Redis', redis: 'none' },
  { name: 'with Redis', redis: 'up' },
  { name: 'while Redis is down', redis: 'down' },
] as const;

describe.each(SETTINGS.filter(({ redis }) => redis === 'none' || hasRedis))('access lost, $name', ({ redis }) => {
  let app: TestApp;
  let replica: TestApp;
  let server: ChildProcess | undefined;
  let number = 0;

  beforeAll(async () => {
    const port = redis === 'none' ? undefined : await freePort();
    const env: Record<string, string> = port === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${port}` };
    if (port !== undefined) server = startRedis(port);
    app = await startTestApp(env);
    replica = await startTestApp(env, app);
    if (server) await Promise.all([connectedToRedis(app), connectedToRedis(replica)]);
    if (redis === 'down') server?.kill('SIGKILL');
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
    server?.kill('SIGKILL');
  });

  const newLogin = async (role: Role = 'DEVELOPER'): Promise<Login> => {
    const username = `leaver${++number}`;
    const account = { username, email: `${username}@example.com`, role, password: TEST_PASSWORD };
    await app.get(UserCreationService).create(account, { action: 'user.created' });
    const body = { identifier: username, password: TEST_PASSWORD };
    return (await app.call<Login>('POST', '/api/v1/auth/login', { body })).body;
  };
  const statusAt = async (where: TestApp, credentials: { token?: string; apiKey?: string }): Promise<number> =>
    (await where.call('GET', '/api/v1/auth/me', credentials)).status;

  /** Both instances must refuse within a second, and do not change their mind. */
  const refusesSoon = async (credentials: { token?: string; apiKey?: string }): Promise<void> => {
    const statuses = () => Promise.all([statusAt(app, credentials), statusAt(replica, credentials)]);
    await eventually(async () => ((await statuses()).includes(200) ? undefined : true), ONE_SECOND);
    expect(await statuses()).toEqual([401, 401]);
  };

  /** Takes access away on the first instance while both are asked all the time. */
  const loses = async (credentials: { token?: string; apiKey?: string }, take: () => Promise<unknown>) => {
    expect(await statusAt(app, credentials)).toBe(200);
    expect(await statusAt(replica, credentials)).toBe(200);
    let isOver = false;
    const askOn = async (where: TestApp): Promise<void> => {
      while (!isOver) await statusAt(where, credentials);
    };
    const asking = [askOn(app), askOn(replica)];
    await take();
    try {
      await refusesSoon(credentials);
    } finally {
      isOver = true;
      await Promise.all(asking);
    }
  };

  it('by logging out', async () => {
    const { accessToken: token } = await newLogin();
    await loses({ token }, () => app.call('POST', '/api/v1/auth/logout', { token }));
  });

  it('by a change of role, and by being switched off', async () => {
    const admin = await app.tokenFor('ADMIN');
    const demoted = await newLogin();
    const change = (id: string, body: object) => app.call('PATCH', `/api/v1/users/${id}`, { token: admin, body });
    await loses({ token: demoted.accessToken }, () => change(demoted.user.id, { role: 'READ_ONLY' }));
    const switchedOff = await newLogin();
    await loses({ token: switchedOff.accessToken }, () => change(switchedOff.user.id, { isActive: false }));
  });

  it('by a change of the password', async () => {
    const { accessToken: token } = await newLogin();
    const body = { currentPassword: TEST_PASSWORD, newPassword: 'eleven calm badgers digging' };
    await loses({ token }, () => app.call('POST', '/api/v1/auth/password/change', { token, body }));
  });

  it('by the end of a key, for the key and for tokens it was exchanged for', async () => {
    const { accessToken: token } = await newLogin('API_USER');
    const { body } = await app.call<{ id: string; key: string }>('POST', '/api/v1/auth/api-keys', {
      token,
      body: { name: 'robot' },
    });
    const exchanged = await fetch(`${app.url}/api/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${body.id}:${body.key}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: clientToken } = (await exchanged.json()) as { access_token: string };
    expect(await statusAt(replica, { token: clientToken })).toBe(200);
    await loses({ apiKey: body.key }, () => app.call('DELETE', `/api/v1/auth/api-keys/${body.id}`, { token }));
    await refusesSoon({ token: clientToken });
  });
});

describe('the last SUPER_ADMIN', () => {
  let app: TestApp;
  let replica: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  it('survives parallel demotions and deactivations on two instances', async () => {
    const people = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const username = `root${index}`;
        const account = { username, email: `${username}@example.com`, role: 'SUPER_ADMIN' as const };
        await app.get(UserCreationService).create({ ...account, password: TEST_PASSWORD }, { action: 'user.created' });
        const body = { identifier: username, password: TEST_PASSWORD };
        return (await app.call<Login>('POST', '/api/v1/auth/login', { body })).body;
      }),
    );
    // Everybody goes for the next in line, on either instance, at once.
    const answers = await Promise.all(
      people.map(({ accessToken: token }, index) => {
        const victim = people[(index + 1) % people.length]?.user.id ?? '';
        const body = index % 2 ? { role: 'READ_ONLY' } : { isActive: false };
        return (index % 2 ? app : replica).call('PATCH', `/api/v1/users/${victim}`, { token, body });
      }),
    );
    const done = answers.filter(({ status }) => status === 200).length;
    expect(done).toBeLessThan(people.length);
    const sql = `SELECT id FROM user_account WHERE role = 'SUPER_ADMIN' AND is_active`;
    expect(await app.get(Database).query(sql)).toHaveLength(people.length - done);
  });
});
