import { randomBytes } from 'node:crypto';
import { Database } from '#platform/database';
import type { Role } from '#platform/kernel';
import { UserCreationService } from '#auth';
import { type Answer, type CallOptions, startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';
import { codeOf } from '../../support/totp.js';
import { eventually } from '../errors/eventually.js';

interface NewKey {
  id: string;
  key: string;
  role: Role;
  expiresAt: string | null;
  ipAllowlist: string[];
  agents: string[];
  parentId: string | null;
}

interface Person {
  id: string;
  username: string;
  email: string;
  token: string;
}

const KEYS = '/api/v1/auth/api-keys';

describe('credentials', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const person = async (role: Role): Promise<Person> => {
    const username = `p-${randomBytes(5).toString('hex')}`;
    const email = `${username}@example.com`;
    const account = { email, emailVerified: true, username, role, password: TEST_PASSWORD };
    const { id } = await app.get(UserCreationService).create(account, { action: 'user.created' });
    return { id, username, email, token: await logIn(username) };
  };
  const logIn = async (identifier: string): Promise<string> => {
    const body = { identifier, password: TEST_PASSWORD };
    return (await app.call<{ accessToken: string }>('POST', '/api/v1/auth/login', { body })).body.accessToken;
  };
  const make = (by: CallOptions, request: object = {}): Promise<Answer<NewKey>> =>
    app.call<NewKey>('POST', KEYS, { ...by, body: { name: 'a key', ...request } });
  const makeKey = async (by: CallOptions, request: object = {}): Promise<NewKey> => {
    const { status, body } = await make(by, request);
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };
  const oauthToken = async ({ id, key }: NewKey, scope: Role): Promise<string> => {
    const response = await fetch(`${app.url}/api/v1/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const opens = async (by: CallOptions): Promise<boolean> =>
    (await app.call('GET', '/api/v1/auth/me', by)).status === 200;
  const auditOf = async (filter: string): Promise<Record<string, unknown>[]> => {
    const token = await app.tokenFor('SUPER_ADMIN');
    const { body } = await app.call<{ items: Record<string, unknown>[] }>('GET', `/api/v1/audit-events?${filter}`, {
      token,
    });
    return body.items;
  };
  /** As if the session had been opened and proven eleven minutes ago. */
  const letProofsAge = () =>
    app.get(Database).execute(`UPDATE auth_session SET proven_at = proven_at - interval '11 minutes'`);

  describe('of one owner', () => {
    it('neither show, rotate nor end one that may do more, or that they did not make', async () => {
      const { token } = await person('SUPER_ADMIN');
      const narrow = await makeKey({ token }, { role: 'API_USER' });
      const twin = await makeKey({ token }, { role: 'API_USER' });
      const broad = await makeKey({ token }, { role: 'SUPER_ADMIN' });
      const scoped = await oauthToken(broad, 'API_USER');
      // Not there for them, whatever it may do.
      for (const by of [{ apiKey: narrow.key }, { token: scoped }]) {
        for (const target of [broad, twin]) {
          expect((await app.call('POST', `${KEYS}/${target.id}/rotate`, by)).status).toBe(404);
          expect((await app.call('DELETE', `${KEYS}/${target.id}`, by)).status).toBe(404);
          expect(await opens({ apiKey: target.key })).toBe(true);
        }
        expect((await app.call<{ items: unknown[] }>('GET', KEYS, by)).body.items).toEqual([]);
      }
      const own = await makeKey({ apiKey: narrow.key });
      const grandchild = await makeKey({ apiKey: own.key });
      const listed = await app.call<{ items: NewKey[] }>('GET', KEYS, { apiKey: narrow.key });
      expect(listed.body.items.map(({ id }) => id)).toEqual([grandchild.id, own.id]);
      expect((await app.call('POST', `${KEYS}/${grandchild.id}/rotate`, { apiKey: narrow.key })).status).toBe(200);
      expect((await app.call('DELETE', `${KEYS}/${narrow.id}`, { apiKey: own.key })).status).toBe(404);
    });

    it('hand on at most what they have', async () => {
      const { token } = await person('ADMIN');
      const bounds = {
        role: 'DEVELOPER',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        ipAllowlist: ['127.0.0.0/8'],
        agents: ['financial', 'inventory'],
      };
      const { key, id } = await makeKey({ token }, bounds);
      expect(await makeKey({ apiKey: key })).toMatchObject({ ...bounds, parentId: id });
      const narrower = { role: 'API_USER', ipAllowlist: ['127.0.0.1'], agents: ['financial'] };
      expect(await makeKey({ apiKey: key }, narrower)).toMatchObject(narrower);
      for (const wider of [
        { role: 'ADMIN' },
        { expiresAt: new Date(Date.now() + 7_200_000).toISOString() },
        { ipAllowlist: ['127.0.0.1', '203.0.113.7'] },
        { agents: ['financial', 'scanner'] },
      ]) {
        const refused = await make({ apiKey: key }, wider);
        expect({ wider, status: refused.status, body: refused.body }).toMatchObject({
          status: 403,
          body: { code: 'AUTH.CREDENTIAL_EXCEEDED' },
        });
      }
      const short = await makeKey({ token: await oauthToken(await makeKey({ token }), 'DEVELOPER') });
      expect(short.role).toBe('DEVELOPER');
      expect(Date.parse(String(short.expiresAt)) - Date.now()).toBeLessThanOrEqual(30 * 60_000);
    });

    it('end with the one that made them', async () => {
      const { token } = await person('DEVELOPER');
      const parent = await makeKey({ token });
      const child = await makeKey({ apiKey: parent.key });
      const grandchild = await makeKey({ apiKey: child.key });
      const childToken = await oauthToken(child, 'API_USER');
      expect((await app.call('DELETE', `${KEYS}/${parent.id}`, { token })).status).toBe(204);
      for (const { key } of [parent, child, grandchild]) expect(await opens({ apiKey: key })).toBe(false);
      await eventually(async () => ((await opens({ token: childToken })) ? undefined : true), 1_000);
    });

    it('are not made past the end of their maker, however close the two are', async () => {
      const { token } = await person('DEVELOPER');
      for (let round = 0; round < 12; round++) {
        const parent = await makeKey({ token });
        const child = await makeKey({ apiKey: parent.key });
        const making = Array.from({ length: 6 }, (_, i) => make({ apiKey: i % 2 ? parent.key : child.key }));
        const [ended, ...made] = await Promise.all([app.call('DELETE', `${KEYS}/${parent.id}`, { token }), ...making]);
        expect(ended.status).toBe(204);
        for (const { status, body } of made) {
          expect([201, 401]).toContain(status);
          if (status === 201) expect(await opens({ apiKey: body.key })).toBe(false);
        }
      }
    });

    it('have one secret after being rotated many times at once', async () => {
      const { token } = await person('DEVELOPER');
      const { id } = await makeKey({ token });
      const rotated = await Promise.all(
        Array.from({ length: 6 }, () => app.call<NewKey>('POST', `${KEYS}/${id}/rotate`, { token })),
      );
      expect(rotated.map(({ status }) => status)).toEqual(Array(6).fill(200));
      const good = await Promise.all(rotated.map(({ body }) => opens({ apiKey: body.key })));
      expect(good.filter(Boolean)).toHaveLength(1);
    });

    it.each([
      { ipAllowlist: ['999.1.1.1'] },
      { ipAllowlist: ['1.2.3.4/33'] },
      { ipAllowlist: ['host.example'] },
      { expiresAt: '2020-01-01T00:00:00Z' },
      { name: '  ' },
      { name: 'one\ntwo' },
    ])('are not made of %j', async (request) => {
      expect((await make({ token: await app.tokenFor('DEVELOPER') }, request)).status).toBe(422);
    });

    it('are not shown again to a token of less rights that repeats the request', async () => {
      const owner = await person('ADMIN');
      const made = await app.call<NewKey>('POST', KEYS, { token: owner.token, body: { name: 'k', role: 'ADMIN' } });
      const body = { name: 'child', role: 'ADMIN' };
      const headers = { 'idempotency-key': 'once' };
      const child = await app.call<NewKey>('POST', KEYS, { apiKey: made.body.key, headers, body });
      expect(child.status).toBe(201);
      const token = await oauthToken(made.body, 'API_USER');
      const repeated = await app.call('POST', KEYS, { token, headers, body });
      expect(repeated).toMatchObject({ status: 403, body: { code: 'AUTH.CREDENTIAL_EXCEEDED' } });
      expect(repeated.text).not.toContain(child.body.key);
      const again = await app.call<NewKey>('POST', KEYS, { apiKey: made.body.key, headers, body });
      expect(again.body.key).toBe(child.body.key);
    });

    it('end no session that may do more by the door of OAuth', async () => {
      const owner = await person('ADMIN');
      const revoke = async ({ id, key }: NewKey): Promise<number> => {
        const response = await fetch(`${app.url}/api/v1/oauth/revoke`, {
          method: 'POST',
          headers: { authorization: `Basic ${Buffer.from(`${id}:${key}`).toString('base64')}` },
          body: new URLSearchParams({ token: owner.token }),
        });
        return response.status;
      };
      const bounds = [{ role: 'READ_ONLY' }, { role: 'ADMIN', agents: ['scanner'] }];
      for (const bound of bounds) {
        expect(await revoke(await makeKey({ token: owner.token }, bound))).toBe(400);
        expect(await opens({ token: owner.token })).toBe(true);
      }
      expect(await revoke(await makeKey({ token: owner.token }, { role: 'ADMIN' }))).toBe(200);
      expect(await opens({ token: owner.token })).toBe(false);
    });

    it('make or raise no account that outlives them', async () => {
      const owner = await person('SUPER_ADMIN');
      const target = await person('READ_ONLY');
      const bounds = [
        { expiresAt: new Date(Date.now() + 60_000).toISOString() },
        { ipAllowlist: ['127.0.0.1'] },
        { agents: ['scanner'] },
      ];
      const account = () => {
        const username = `n-${randomBytes(5).toString('hex')}`;
        return { email: `${username}@example.com`, username, role: 'ADMIN', password: TEST_PASSWORD };
      };
      for (const bound of bounds) {
        const body = { name: 'k', role: 'SUPER_ADMIN', ...bound };
        const {
          body: { key: apiKey },
        } = await app.call<NewKey>('POST', KEYS, { token: owner.token, body });
        const refusal = { status: 403, body: { code: 'AUTH.CREDENTIAL_EXCEEDED' } };
        expect(await app.call('POST', '/users', { apiKey, body: account() })).toMatchObject(refusal);
        expect(await app.call('PATCH', `/users/${target.id}`, { apiKey, body: { role: 'ADMIN' } })).toMatchObject(
          refusal,
        );
        const named = await app.call('PATCH', `/users/${target.id}`, { apiKey, body: { fullName: 'A B' } });
        expect(named.status).toBe(200);
      }
      const lasting = await app.call<NewKey>('POST', KEYS, {
        token: owner.token,
        body: { name: 'k', role: 'SUPER_ADMIN' },
      });
      const made = await app.call('POST', '/users', { apiKey: lasting.body.key, body: account() });
      expect(made.status).toBe(201);
    });

    it('never expire when the expiry is null', async () => {
      expect(await makeKey({ token: await app.tokenFor('DEVELOPER') }, { expiresAt: null })).toMatchObject({
        expiresAt: null,
      });
    });
  });

  describe('of another owner', () => {
    it('are not found, neither keys nor sessions', async () => {
      const [one, other] = [await person('DEVELOPER'), await person('DEVELOPER')];
      const key = await makeKey(other);
      const { body } = await app.call<{ items: { id: string }[] }>('GET', '/api/v1/auth/sessions', other);
      const ways = [
        app.call('POST', `${KEYS}/${key.id}/rotate`, one),
        app.call('DELETE', `${KEYS}/${key.id}`, one),
        app.call('DELETE', `/api/v1/auth/sessions/${body.items[0]?.id}`, one),
      ];
      expect((await Promise.all(ways)).map(({ status }) => status)).toEqual([404, 404, 404]);
      expect([await opens({ apiKey: key.key }), await opens(other)]).toEqual([true, true]);
      expect((await app.call<{ items: unknown[] }>('GET', KEYS, one)).body.items).toEqual([]);
    });

    it('act with the lower of their role and what their owner has now', async () => {
      const owner = await person('DEVELOPER');
      const { key } = await makeKey(owner);
      const { key: low } = await makeKey(owner, { role: 'READ_ONLY' });
      const mayReport = async (apiKey: string): Promise<number> =>
        (await app.call('POST', '/api/v1/errors', { apiKey, body: { errorType: 'X', message: 'y' } })).status;
      expect([await mayReport(key), await mayReport(low)]).toEqual([202, 403]);
      const token = await app.tokenFor('ADMIN');
      await app.call('PATCH', `/api/v1/users/${owner.id}`, { token, body: { role: 'READ_ONLY' } });
      expect([await mayReport(key), await opens({ apiKey: key })]).toEqual([403, true]);
    });
  });

  describe('of programs', () => {
    const PERSONAL: { method: string; route: string; body?: object }[] = [
      { method: 'POST', route: '/api/v1/auth/mfa/totp' },
      { method: 'POST', route: '/api/v1/auth/mfa/totp/confirm', body: { code: '123456' } },
      { method: 'DELETE', route: '/api/v1/auth/mfa/totp', body: { password: TEST_PASSWORD } },
      { method: 'POST', route: '/api/v1/auth/logout', body: { everywhere: true } },
      { method: 'GET', route: '/api/v1/auth/sessions' },
      { method: 'DELETE', route: '/api/v1/auth/sessions/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00' },
      { method: 'PATCH', route: '/api/v1/auth/me', body: { fullName: 'Somebody Else' } },
      {
        method: 'POST',
        route: '/api/v1/auth/password/change',
        body: { currentPassword: TEST_PASSWORD, newPassword: 'nine brown owls at noon' },
      },
      { method: 'POST', route: '/api/v1/auth/reauthenticate', body: { password: TEST_PASSWORD } },
    ];

    it.each(PERSONAL)('do not open $method $route', async ({ method, route, body }) => {
      const { token } = await person('ADMIN');
      const key = await makeKey({ token });
      const narrow = await makeKey({ token }, { role: 'READ_ONLY' });
      for (const by of [{ apiKey: key.key }, { apiKey: narrow.key }, { token: await oauthToken(key, 'ADMIN') }]) {
        const answer = await app.call(method, route, { ...by, body });
        expect({ route, ...answer }).toMatchObject({ status: 403, body: { code: 'AUTH.SESSION_REQUIRED' } });
      }
      expect(await opens({ token })).toBe(true);
    });

    it('do not act on the account of their owner as an administrator either', async () => {
      const { id, token } = await person('ADMIN');
      const { key } = await makeKey({ token });
      for (const route of ['unlock', 'sessions/revoke'])
        expect((await app.call('POST', `/api/v1/users/${id}/${route}`, { apiKey: key })).status).toBe(403);
      for (const route of ['sessions', 'api-keys'])
        expect((await app.call('GET', `/api/v1/users/${id}/${route}`, { apiKey: key })).status).toBe(403);
    });
  });

  describe('of a person', () => {
    it('open delicate routes after a proof of the last ten minutes only', async () => {
      const { token } = await person('DEVELOPER');
      const existing = await makeKey({ token });
      await letProofsAge();
      const delicate: [string, string, object?][] = [
        ['POST', '/api/v1/auth/mfa/totp'],
        ['POST', '/api/v1/auth/mfa/totp/confirm', { code: '123456' }],
        ['POST', KEYS, { name: 'late' }],
        ['POST', `${KEYS}/${existing.id}/rotate`],
      ];
      for (const [method, route, body] of delicate) {
        const answer = await app.call(method, route, { token, body });
        expect({ route, ...answer }).toMatchObject({ status: 403, body: { code: 'AUTH.REAUTHENTICATION_REQUIRED' } });
      }
      expect((await app.call('GET', KEYS, { token })).status).toBe(200);
      const wrong = await app.call('POST', '/api/v1/auth/reauthenticate', { token, body: { password: 'wrong' } });
      expect(wrong.status).toBe(401);
      expect((await make({ token })).status).toBe(403);
      const proof = await app.call<{ provenUntil: string }>('POST', '/api/v1/auth/reauthenticate', {
        token,
        body: { password: TEST_PASSWORD },
      });
      expect(proof.status).toBe(200);
      expect(Date.parse(proof.body.provenUntil) - Date.now()).toBeGreaterThan(9 * 60_000);
      expect((await make({ token })).status).toBe(201);
      // A key proves its secret with each request.
      expect((await make({ apiKey: existing.key })).status).toBe(201);
    });

    it('are proven by a code too, under the lock of the account', async () => {
      const { username, token } = await person('DEVELOPER');
      const enrolled = await app.call<{ secret: string }>('POST', '/api/v1/auth/mfa/totp', { token });
      const { secret } = enrolled.body;
      await app.call('POST', '/api/v1/auth/mfa/totp/confirm', { token, body: { code: codeOf(secret) } });
      await letProofsAge();
      const prove = (body: object) => app.call('POST', '/api/v1/auth/reauthenticate', { token, body });
      expect((await prove({ code: codeOf(secret, 1) })).status).toBe(200);
      expect((await make({ token })).status).toBe(201);
      expect((await prove({})).status).toBe(422);
      const guesses = await Promise.all(Array.from({ length: 20 }, (_, i) => prove({ code: String(100000 + i) })));
      expect(guesses.map(({ status }) => status)).toEqual(Array(20).fill(401));
      expect((await prove({ password: TEST_PASSWORD })).status).toBe(401);
      const failures = await auditOf('action=user.reauthentication_failed&limit=100');
      const { body: me } = await app.call('GET', '/api/v1/auth/me', { token });
      const own = failures.filter(({ subjectId }) => subjectId === me['id']);
      expect(own).toHaveLength(21);
      expect(own.every(({ credentialId }) => typeof credentialId === 'string')).toBe(true);
      expect(username).toBeDefined();
    });

    it('end with a changed password, and keys with them when asked for', async () => {
      const { username, token } = await person('DEVELOPER');
      const key = await makeKey({ token });
      const change = (currentPassword: string, newPassword: string, by: string, keys?: boolean) =>
        app.call<{ accessToken: string }>('POST', '/api/v1/auth/password/change', {
          token: by,
          body: { currentPassword, newPassword, ...(keys === undefined ? {} : { keys }) },
        });
      const first = await change(TEST_PASSWORD, 'nine brown owls at noon', token);
      expect(first.status).toBe(200);
      expect(await opens({ apiKey: key.key })).toBe(true);
      expect((await change('nine brown owls at noon', TEST_PASSWORD, first.body.accessToken, true)).status).toBe(200);
      expect(await opens({ apiKey: key.key })).toBe(false);
      expect(await opens({ token: await logIn(username) })).toBe(true);
    });
  });

  describe('of users of a lower rank', () => {
    it('are listed and ended by administrators', async () => {
      const admin = await app.tokenFor('ADMIN');
      const { id, token, username } = await person('DEVELOPER');
      const [one, two] = [await makeKey({ token }), await makeKey({ token })];
      const child = await makeKey({ apiKey: one.key });
      const keys = await app.call<{ items: NewKey[] }>('GET', `/api/v1/users/${id}/api-keys`, { token: admin });
      expect(keys.body.items.map((key) => key.id)).toEqual([child.id, two.id, one.id]);
      expect(keys.text).not.toContain('dsk_');
      expect((await app.call('DELETE', `/api/v1/users/${id}/api-keys/${one.id}`, { token: admin })).status).toBe(204);
      expect([
        await opens({ apiKey: one.key }),
        await opens({ apiKey: child.key }),
        await opens({ apiKey: two.key }),
      ]).toEqual([false, false, true]);
      const second = await logIn(username);
      const sessions = await app.call<{ items: { id: string }[] }>('GET', `/api/v1/users/${id}/sessions`, {
        token: admin,
      });
      expect(sessions.body.items).toHaveLength(2);
      for (const { id: sessionId } of sessions.body.items)
        expect((await app.call('DELETE', `/api/v1/users/${id}/sessions/${sessionId}`, { token: admin })).status).toBe(
          204,
        );
      for (const ended of [token, second])
        await eventually(async () => ((await opens({ token: ended })) ? undefined : true), 1_000);
    });

    it('end together, keys included unless it is said otherwise', async () => {
      const admin = await app.tokenFor('ADMIN');
      const { id, token, username } = await person('DEVELOPER');
      const { key } = await makeKey({ token });
      const revoke = (body?: object) => app.call('POST', `/api/v1/users/${id}/sessions/revoke`, { token: admin, body });
      expect((await revoke({ keys: false })).status).toBe(204);
      expect(await opens({ apiKey: key })).toBe(true);
      expect((await revoke()).status).toBe(204);
      expect(await opens({ apiKey: key })).toBe(false);
      expect(await opens({ token: await logIn(username) })).toBe(true);
    });

    it('do not come to be while they all end', async () => {
      const admin = await app.tokenFor('ADMIN');
      for (let round = 0; round < 8; round++) {
        const { id, token } = await person('DEVELOPER');
        const parent = await makeKey({ token });
        const [ended, ...made] = await Promise.all([
          app.call('POST', `/api/v1/users/${id}/sessions/revoke`, { token: admin }),
          ...Array.from({ length: 6 }, (_, i) => make(i % 2 ? { token } : { apiKey: parent.key })),
        ]);
        expect(ended.status).toBe(204);
        for (const { status, body } of made) {
          expect([201, 401]).toContain(status);
          if (status === 201) expect(await opens({ apiKey: body.key })).toBe(false);
        }
      }
    });

    it('lose a second factor that was lost, by a session of an administrator only', async () => {
      const admin = await person('ADMIN');
      const { id, token, username } = await person('DEVELOPER');
      const { body } = await app.call<{ secret: string }>('POST', '/api/v1/auth/mfa/totp', { token });
      await app.call('POST', '/api/v1/auth/mfa/totp/confirm', { token, body: { code: codeOf(body.secret) } });
      const reset = (by: CallOptions, whom = id) => app.call('POST', `/api/v1/users/${whom}/mfa/reset`, by);
      expect((await reset({ apiKey: (await makeKey(admin)).key })).status).toBe(403);
      expect((await reset({ token }, admin.id)).status).toBe(403);
      expect((await reset(admin, admin.id)).status).toBe(403);
      expect((await reset(admin)).status).toBe(204);
      expect((await reset(admin)).status).toBe(409);
      expect(await opens({ token: await logIn(username) })).toBe(true);
      const [event] = await auditOf(`action=user.mfa_reset&subjectId=${id}`);
      expect(event).toMatchObject({ actorId: admin.id, credentialId: expect.any(String) as string });
      await letProofsAge();
      expect((await reset(admin)).body).toMatchObject({ code: 'AUTH.REAUTHENTICATION_REQUIRED' });
    });

    it('are out of reach for equals', async () => {
      const [one, other] = [await person('ADMIN'), await person('ADMIN')];
      for (const [method, route] of [
        ['GET', 'sessions'],
        ['GET', 'api-keys'],
        ['POST', 'sessions/revoke'],
        ['POST', 'unlock'],
        ['POST', 'mfa/reset'],
        ['POST', 'invite'],
      ] as const)
        expect((await app.call(method, `/api/v1/users/${other.id}/${route}`, one)).status).toBe(403);
    });
  });

  it('are named by every event of the audit trail, also of refusals', async () => {
    const { id, username, token } = await person('ADMIN');
    const { id: keyId, key } = await makeKey({ token });
    const account = { email: `by-key-${username}@example.com`, username: `by-key-${username}`, role: 'API_USER' };
    const made = await app.call<{ id: string }>('POST', '/api/v1/users', { apiKey: key, body: account });
    expect(made.status).toBe(201);
    const [byKey] = await auditOf(`credentialId=${keyId}`);
    expect(byKey).toMatchObject({ action: 'user.created', actorId: id, subjectId: made.body.id, credentialId: keyId });
    await app.call('POST', '/api/v1/auth/login', { body: { identifier: username, password: 'wrong' } });
    await app.call('POST', '/api/v1/auth/login', { body: { identifier: 'nobody at all', password: 'wrong' } });
    const [unknown, known] = await auditOf('action=login.failed');
    expect(known).toMatchObject({ subjectId: id, actorId: null, outcome: 'failure', ip: expect.any(String) as string });
    expect(unknown).toMatchObject({ subjectId: null, outcome: 'failure' });
    await app.call('POST', '/api/v1/auth/password/change', {
      token,
      body: { currentPassword: 'wrong', newPassword: 'nine brown owls at noon' },
    });
    const [atChange] = await auditOf('action=user.reauthentication_failed');
    expect(atChange).toMatchObject({
      subjectId: id,
      actorId: id,
      outcome: 'failure',
      credentialId: expect.any(String) as string,
    });
    const verified = await app.call<{ valid: boolean }>('GET', '/api/v1/audit-events/verify', {
      token: await app.tokenFor('ADMIN'),
    });
    expect(verified.body.valid).toBe(true);
  });
});
