import { UserCreationService } from '#auth';
import { Database } from '#platform/database';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  tokenType: string;
  user: { id: string; role: string };
}

describe('auth', () => {
  let app: TestApp;
  let number = 0;

  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const register = async (): Promise<{ username: string; email: string; id: string }> => {
    const username = `user${++number}`;
    const email = `${username}@example.com`;
    const { status, body } = await app.call<{ id: string }>('POST', '/api/v1/auth/register', {
      body: { email, username, password: TEST_PASSWORD },
    });
    expect(status).toBe(201);
    return { username, email, id: body.id };
  };
  const logIn = (identifier: string, password = TEST_PASSWORD) =>
    app.call<Tokens>('POST', '/api/v1/auth/login', { body: { identifier, password } });
  const me = (token: string) => app.call<{ username: string }>('GET', '/api/v1/auth/me', { token });
  const refresh = (refreshToken: string) =>
    app.call<Tokens & { code: string }>('POST', '/api/v1/auth/refresh', { body: { refreshToken } });

  it('makes strangers READ_ONLY, whatever they ask for', async () => {
    const body = { email: 'eve@example.com', username: 'eve-two', password: TEST_PASSWORD };
    const raised = await app.call('POST', '/api/v1/auth/register', { body: { ...body, role: 'SUPER_ADMIN' } });
    expect(raised.status).toBe(422);
    const plain = await app.call('POST', '/api/v1/auth/register', { body });
    expect(plain.body).toMatchObject({ role: 'READ_ONLY', isActive: true });
    expect(plain.text).not.toMatch(/hash|argon/i);
  });

  it('names every fault of a registration at once', async () => {
    const body = { email: 'no', username: '!', password: 'devskyy' };
    const { status, body: problem } = await app.call('POST', '/api/v1/auth/register', { body });
    expect(status).toBe(422);
    expect(problem).toMatchObject({ code: 'VALIDATION.FAILED' });
    expect((problem['errors'] as { path: string }[]).map(({ path }) => path).sort()).toEqual(['email', 'username']);
    const weak = await app.call('POST', '/api/v1/auth/register', {
      body: { email: 'weak@example.com', username: 'weak-one', password: 'weak-one' },
    });
    expect(weak.body).toMatchObject({ code: 'AUTH.PASSWORD_REFUSED', status: 422 });
    expect((weak.body['errors'] as { code: string }[]).map(({ code }) => code)).toEqual(['minLength', 'context']);
  });

  it('does not say which of e-mail and user name is taken', async () => {
    const { email } = await register();
    const again = await app.call('POST', '/api/v1/auth/register', {
      body: { email: email.toUpperCase(), username: 'somebody-else', password: TEST_PASSWORD },
    });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'AUTH.IDENTITY_TAKEN' });
  });

  it('logs in by e-mail or user name, in any case', async () => {
    const { username, email } = await register();
    for (const identifier of [username, email.toUpperCase()]) {
      const { status, body } = await logIn(identifier);
      expect(status).toBe(200);
      expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 1800, user: { role: 'READ_ONLY' } });
      expect((await me(body.accessToken)).body).toMatchObject({ username });
    }
  });

  it('answers an unknown user and a wrong password alike', async () => {
    const { username } = await register();
    const [wrong, unknown] = [
      await logIn(username, 'not the password'),
      await logIn('nobody-at-all', 'not the password'),
    ];
    const shape = ({ status, body }: typeof wrong) => ({ status, ...body, correlationId: null });
    expect(shape(wrong)).toEqual(shape(unknown));
    expect(wrong.status).toBe(401);
  });

  it('checks exactly five of a hundred parallel guesses, then refuses the right password too', async () => {
    const { username } = await register();
    const guesses = await Promise.all(
      Array.from({ length: 100 }, (_, index) => logIn(username, `guess number ${index}`)),
    );
    expect(guesses.every(({ status }) => status === 401)).toBe(true);
    const { failures } = await attemptsOf(app, username);
    expect(failures).toBe(5);
    expect((await logIn(username)).status).toBe(401);
  });

  it('lets twenty parallel logins with the right password through', async () => {
    const { username } = await register();
    const logins = await Promise.all(Array.from({ length: 20 }, () => logIn(username)));
    expect(logins.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('rotates refresh tokens; 64 parallel uses get one successor', async () => {
    const { username } = await register();
    const { body } = await logIn(username);
    const answers = await Promise.all(Array.from({ length: 64 }, () => refresh(body.refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
    const successors = new Set(answers.map((answer) => answer.body.refreshToken));
    expect(successors.size).toBe(1);
    expect(successors.has(body.refreshToken)).toBe(false);
  });

  it('ends the session when an old refresh token comes back', async () => {
    const { username } = await register();
    const first = (await logIn(username)).body;
    const second = (await refresh(first.refreshToken)).body;
    const third = (await refresh(second.refreshToken)).body;
    const theft = await refresh(first.refreshToken);
    expect(theft.status).toBe(401);
    expect(theft.body.code).toBe('AUTH.TOKEN_REUSED');
    expect((await refresh(third.refreshToken)).status).toBe(401);
    await eventually(async () => expect((await me(third.accessToken)).status).toBe(401));
  });

  it('ends nothing for a forged refresh token', async () => {
    const { username } = await register();
    const { refreshToken } = (await logIn(username)).body;
    const last = refreshToken.at(-5) === 'A' ? 'B' : 'A';
    const forged = `${refreshToken.slice(0, -5)}${last}${refreshToken.slice(-4)}`;
    expect((await refresh(forged)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('refuses the access token after logout', async () => {
    const { username } = await register();
    const { accessToken, refreshToken } = (await logIn(username)).body;
    const { status } = await app.call('POST', '/api/v1/auth/logout', { token: accessToken });
    expect(status).toBe(204);
    expect((await me(accessToken)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it('lets an administrator handle only those below him', async () => {
    const [admin, superAdmin] = [await app.tokenFor('ADMIN'), await app.tokenFor('SUPER_ADMIN')];
    const { id, username } = await register();
    const { accessToken } = (await logIn(username)).body;
    const patch = (token: string, target: string, body: object) =>
      app.call('PATCH', `/api/v1/users/${target}`, { token, body });
    expect((await patch(admin, id, { role: 'ADMIN' })).status).toBe(403);
    expect((await patch(admin, id, { role: 'DEVELOPER' })).body).toMatchObject({ role: 'DEVELOPER' });
    await eventually(async () => expect((await me(accessToken)).status).toBe(401));
    expect((await patch(superAdmin, id, { role: 'ADMIN' })).status).toBe(200);
    expect((await patch(admin, id, { isActive: false })).status).toBe(403);
    expect((await patch(superAdmin, id, { isActive: false })).status).toBe(200);
    expect((await logIn(username)).status).toBe(401);
  });

  it('takes a password however a keyboard composes it, and none that is cut short', async () => {
    const [composed, decomposed] = ['zwölf blaue Köche ½', 'zwo\u0308lf blaue Ko\u0308che 1\u20442'];
    const account = { email: 'zwoelf@example.com', emailVerified: true, username: 'zwoelf', password: composed };
    await app.get(UserCreationService).create({ ...account, role: 'READ_ONLY' }, { action: 'user.created' });
    const statusWith = async (password: string): Promise<number> =>
      (await app.call('POST', '/api/v1/auth/login', { body: { identifier: 'zwoelf', password } })).status;
    expect(await statusWith(composed)).toBe(200);
    expect(await statusWith(decomposed)).toBe(200);
    expect(await statusWith(composed.slice(0, -1))).toBe(401);
    expect(await statusWith(`${composed}x`)).toBe(401);
  });

  it('ends a session seven days after the login, whatever was refreshed', async () => {
    const body = { identifier: 'zwoelf', password: 'zwölf blaue Köche ½' };
    const { refreshToken } = (await app.call<{ refreshToken: string }>('POST', '/api/v1/auth/login', { body })).body;
    const [row] = await app.get(Database).query<{ days: number }>(
      `SELECT extract(epoch FROM s.expires_at - s.created_at)::int / 86400 AS days FROM auth_session s
       JOIN user_account u ON u.id = s.user_id WHERE u.username = 'zwoelf' ORDER BY s.created_at DESC LIMIT 1`,
    );
    expect(row?.days).toBe(7);
    const refreshed = await app.call<{ accessToken: string; refreshToken: string }>('POST', '/api/v1/auth/refresh', {
      body: { refreshToken },
    });
    expect(refreshed.status).toBe(200);
    await app
      .get(Database)
      .execute(
        `UPDATE auth_session SET expires_at = now() WHERE user_id = (SELECT id FROM user_account WHERE username = 'zwoelf')`,
      );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { accessToken: token, refreshToken: next } = refreshed.body;
    expect((await app.call('POST', '/api/v1/auth/refresh', { body: { refreshToken: next } })).status).toBe(401);
    expect((await app.call('GET', '/api/v1/auth/me', { token })).status).toBe(401);
  });

  it('lists users page by page', async () => {
    const token = await app.tokenFor('ADMIN');
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await app.call<{ items: { id: string }[]; nextCursor: string | null }>(
        'GET',
        `/api/v1/users?limit=3${query}`,
        { token },
      );
      ids.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(10);
    const tampered = await app.call('GET', '/api/v1/users?cursor=AAAA', { token });
    expect(tampered.status).toBe(400);
  });

  it('gives keys to programs, no higher than their owner', async () => {
    const token = await app.tokenFor('DEVELOPER');
    const create = (body: object) =>
      app.call<{ id: string; key: string }>('POST', '/api/v1/auth/api-keys', { token, body });
    expect((await create({ name: 'too much', role: 'ADMIN' })).status).toBe(403);
    const { body } = await create({ name: 'import', role: 'API_USER' });
    const use = () => app.call('GET', '/api/v1/auth/me', { apiKey: body.key });
    expect((await use()).status).toBe(200);
    expect((await app.call('DELETE', `/api/v1/auth/api-keys/${body.id}`, { token })).status).toBe(204);
    expect((await use()).status).toBe(401);
    const elsewhere = await create({ name: 'office', ipAllowlist: ['203.0.113.0/24'] });
    expect((await app.call('GET', '/api/v1/auth/me', { apiKey: elsewhere.body.key })).status).toBe(401);
  });
});

async function attemptsOf(app: TestApp, username: string): Promise<{ failures: number }> {
  const [row] = await app
    .get(Database)
    .query<{ failures: number }>(
      `SELECT failures FROM auth_attempt a JOIN user_account u ON a.subject = 'user:' || u.id WHERE u.username = $1`,
      [username],
    );
  return row ?? { failures: -1 };
}

/** Effects on living tokens are promised within a second. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 1_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
