import { randomUUID } from 'node:crypto';
import { AuditReadService } from '#auth';
import { Database } from '#platform/database';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';
import { codeOf } from '../../support/totp.js';

type Page = { items: { id: string }[] };

describe('deleted users', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const database = (): Database => app.get(Database);
  const logIn = (identifier: string, password = TEST_PASSWORD) =>
    app.call('POST', '/api/v1/auth/login', { body: { identifier, password } });
  const remove = async (id: string, token?: string) =>
    app.call('DELETE', `/api/v1/users/${id}`, { token: token ?? (await app.tokenFor('ADMIN')) });
  const nameOf = async ({ token }: Person) =>
    (await app.call<{ username: string; email: string }>('GET', '/api/v1/auth/me', { token })).body;

  it('leave nothing but their id', async () => {
    const who = await newPerson(app, 'DEVELOPER');
    const { username, email } = await nameOf(who);
    await app.call('PATCH', '/api/v1/auth/me', { token: who.token, body: { fullName: 'Vera Rubin' } });
    const key = await newKey(app, who);
    const { body: totp } = await app.call<{ secret: string }>('POST', '/api/v1/auth/mfa/totp', { token: who.token });
    const code = codeOf(totp.secret, -1);
    await app.call('POST', '/api/v1/auth/mfa/totp/confirm', { token: who.token, body: { code } });
    await logIn(username, 'a wrong password');
    expect((await remove(who.id)).status).toBe(204);

    expect((await remove(who.id)).body).toMatchObject({ status: 404, code: 'AUTH.USER_NOT_FOUND' });
    const [row] = await database().query(`SELECT * FROM user_account WHERE id = $1`, [who.id]);
    expect(JSON.stringify(row)).not.toMatch(new RegExp(`${username}|Rubin|argon2`, 'i'));
    for (const table of ['auth_session', 'api_key', 'recovery_code', 'one_time_token'])
      expect(await database().query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [who.id])).toEqual([]);
    expect(await database().query('SELECT 1 FROM auth_attempt WHERE subject = $1', [`user:${who.id}`])).toEqual([]);

    for (const identifier of [username, email, `deleted ${who.id}`]) expect((await logIn(identifier)).status).toBe(401);
    expect((await app.call('GET', '/api/v1/auth/me', { apiKey: key.apiKey })).status).toBe(401);
    const token = await app.tokenFor('SUPER_ADMIN');
    const ways: [string, string, object?][] = [
      ['GET', ''],
      ['PATCH', '', { isActive: true }],
      ['POST', '/invite'],
      ['POST', '/unlock'],
      ['POST', '/mfa/reset'],
      ['POST', '/sessions/revoke'],
      ['GET', '/sessions'],
      ['GET', '/api-keys'],
    ];
    for (const [method, route, body] of ways)
      expect((await app.call(method, `/api/v1/users/${who.id}${route}`, { token, body })).status).toBe(404);
    const { body } = await app.call<Page>('GET', '/api/v1/users?limit=100', { token });
    expect(body.items.map(({ id }) => id)).not.toContain(who.id);

    const trail = await app.call<Page>('GET', `/api/v1/audit-events?subjectId=${who.id}&action=user.deleted`, {
      token,
    });
    expect(trail.body.items).toMatchObject([
      { subjectId: who.id, details: { role: 'DEVELOPER', endedKeys: [key.id] } },
    ]);
    const all = await app.call('GET', `/api/v1/audit-events?subjectId=${who.id}&limit=100`, { token });
    expect(all.text).not.toMatch(/Rubin/);
    expect((await app.get(AuditReadService).verify()).isIntact).toBe(true);

    const again = { email, username, password: TEST_PASSWORD };
    const anew = await app.call<{ id: string }>('POST', '/api/v1/auth/register', { body: again });
    expect([anew.status, anew.body.id === who.id]).toEqual([201, false]);
    expect((await logIn(email)).status).toBe(200);
  });

  it('are of a lower rank, and never oneself', async () => {
    const [admin, superAdmin] = [await newPerson(app, 'ADMIN'), await newPerson(app, 'SUPER_ADMIN')];
    for (const [id, token] of [
      [superAdmin.id, admin.token],
      [admin.id, admin.token],
      [superAdmin.id, superAdmin.token],
      [admin.id, await app.tokenFor('ADMIN')],
    ])
      expect((await remove(id ?? '', token)).body).toMatchObject({ status: 403, code: 'AUTH.RANK_VIOLATION' });
    expect((await remove(admin.id, await app.tokenFor('DEVELOPER'))).status).toBe(403);
    expect((await remove(randomUUID())).status).toBe(404);
    expect((await remove(admin.id, superAdmin.token)).status).toBe(204);
  });

  it('take a recent proof', async () => {
    const [admin, who] = [await newPerson(app, 'ADMIN'), await newPerson(app, 'READ_ONLY')];
    await database().execute(`UPDATE auth_session SET proven_at = now() - interval '11 minutes' WHERE user_id = $1`, [
      admin.id,
    ]);
    expect((await remove(who.id, admin.token)).body).toMatchObject({ code: 'AUTH.REAUTHENTICATION_REQUIRED' });
  });

  it('come not back by what is under way meanwhile', async () => {
    const token = await app.tokenFor('ADMIN');
    const crowd = await Promise.all(Array.from({ length: 6 }, () => newPerson(app, 'API_USER')));
    const names = await Promise.all(crowd.map(async (who) => (await nameOf(who)).username));
    await Promise.all(
      crowd.flatMap((who, index) => [
        app.call('POST', '/api/v1/auth/password/change', {
          token: who.token,
          body: { currentPassword: TEST_PASSWORD, newPassword: 'eleven green kites over water' },
        }),
        logIn(names[index] ?? ''),
        app.call('PATCH', '/api/v1/auth/me', { token: who.token, body: { fullName: 'Back Again' } }),
        app.call('PATCH', `/api/v1/users/${who.id}`, { token, body: { role: 'DEVELOPER' } }),
        app.call('POST', '/api/v1/auth/mfa/totp', { token: who.token }),
        app.call('POST', '/api/v1/auth/api-keys', { token: who.token, body: { name: 'k' } }),
        remove(who.id, token),
      ]),
    ).then((answers) => expect(answers.filter(({ status }) => status >= 500)).toEqual([]));
    const rows = await database().query(
      `SELECT is_active, password_hash, full_name, totp_secret, role FROM user_account WHERE id = ANY ($1)`,
      [crowd.map(({ id }) => id)],
    );
    const gone = { is_active: false, password_hash: null, full_name: null, totp_secret: null, role: 'READ_ONLY' };
    expect(rows).toEqual(crowd.map(() => gone));
    const keys = 'SELECT 1 FROM api_key WHERE user_id = ANY ($1) AND revoked_at IS NULL';
    expect(await database().query(keys, [crowd.map(({ id }) => id)])).toEqual([]);
    for (const [index, who] of crowd.entries()) {
      for (const password of [TEST_PASSWORD, 'eleven green kites over water'])
        expect((await logIn(names[index] ?? '', password)).status).toBe(401);
      const own = await app.call('GET', '/api/v1/auth/me', { token: who.token });
      expect([401, 404]).toContain(own.status);
    }
  });

  // Last, as it switches every other SUPER_ADMIN of the suite off.
  it('are never the last SUPER_ADMIN, also when two delete each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = [await newPerson(app, 'SUPER_ADMIN'), await newPerson(app, 'SUPER_ADMIN')];
      await app
        .get(Database)
        .execute(`UPDATE user_account SET is_active = false WHERE role = 'SUPER_ADMIN' AND id <> ALL ($1)`, [
          [one.id, other.id],
        ]);
      const answers = await Promise.all([
        app.call('DELETE', `/api/v1/users/${other.id}`, { token: one.token }),
        app.call('DELETE', `/api/v1/users/${one.id}`, { token: other.token }),
      ]);
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
      const left = `SELECT 1 FROM user_account WHERE role = 'SUPER_ADMIN' AND is_active`;
      expect(await app.get(Database).query(left)).toHaveLength(1);
    }
  });
});
