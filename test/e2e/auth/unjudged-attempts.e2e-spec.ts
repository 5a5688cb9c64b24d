import { request } from 'node:http';
import { Database } from '#platform/database';
import { newPerson, type Person } from '../../support/people.js';
import { type Answer, startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';
import { codeOf } from '../../support/totp.js';

type Problem = Answer<{ code: string; accessToken?: string; mfaToken?: string }>;

/** Statements that make every write of a table fail, as a full disk would, or as a server that ends the connection. */
const FAULTS = {
  'an error': `RAISE EXCEPTION 'planted' USING ERRCODE = 'disk_full'`,
  'a lost connection': 'PERFORM pg_terminate_backend(pg_backend_pid())',
};

describe('attempts that came to no verdict', () => {
  let app: TestApp;
  beforeAll(async () => {
    // As strict as by default: what is not given back is missed at the sixth request of a minute.
    app = await startTestApp({ AUTH_RATE_LIMIT_MAX: '5', TRUST_PROXY: '1' });
  });
  afterAll(() => app.close());

  let network = 0;
  /** Requests from a network of their own, so that the tests do not use up each other's limits. */
  const caller = (token?: string) => {
    const headers = { 'x-forwarded-for': `203.0.113.${++network}` };
    return (method: string, route: string, body: object): Promise<Problem> =>
      app.call(method, `/api/v1/auth/${route}`, { body, headers, ...(token === undefined ? {} : { token }) });
  };
  const person = async (): Promise<Person & { username: string }> => {
    const made = await newPerson(app, 'DEVELOPER', { 'x-forwarded-for': `198.51.100.${++network}` });
    const sql = 'SELECT username FROM user_account WHERE id = $1';
    const [row] = await app.get(Database).query<{ username: string }>(sql, [made.id]);
    return { ...made, username: row?.username ?? '' };
  };
  const failing = async (fault: keyof typeof FAULTS, table: string, work: () => Promise<void>): Promise<void> => {
    const database = app.get(Database);
    await database.execute(
      `CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${FAULTS[fault]}; RETURN NEW; END $$`,
    );
    await database.execute(
      `CREATE TRIGGER plant BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION plant()`,
    );
    try {
      await work();
    } finally {
      await database.execute('DROP FUNCTION plant CASCADE');
    }
  };
  const enrol = async ({ token }: Person): Promise<{ secret: string; recoveryCodes: string[] }> => {
    const call = caller(token);
    const { secret } = (await call('POST', 'mfa/totp', {})).body as unknown as { secret: string };
    const confirmed = await call('POST', 'mfa/totp/confirm', { code: codeOf(secret, -1) });
    return { secret, recoveryCodes: (confirmed.body as unknown as { recoveryCodes: string[] }).recoveryCodes };
  };
  const attemptsOf = async ({ id }: Person): Promise<object[]> =>
    app.get(Database).query('SELECT failures, pending FROM auth_attempt WHERE subject = $1', [`user:${id}`]);

  describe.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])('because of %s', (fault) => {
    it('are given back to a login', async () => {
      const { username } = await person();
      const call = caller();
      const logIn = () => call('POST', 'login', { identifier: username, password: TEST_PASSWORD });
      await failing(fault, 'auth_session', async () => {
        for (let i = 0; i < 7; i++) expect((await logIn()).status).toBeGreaterThanOrEqual(500);
      });
      expect((await logIn()).status).toBe(200);
    });

    it('are given back to a code, which is not used up either', async () => {
      const who = await person();
      const { recoveryCodes, secret } = await enrol(who);
      const { mfaToken } = (await caller()('POST', 'login', { identifier: who.username, password: TEST_PASSWORD }))
        .body;
      for (const code of [codeOf(secret), recoveryCodes[0] ?? '']) {
        const call = caller();
        const verify = () => call('POST', 'mfa/verify', { mfaToken, code });
        await failing(fault, 'auth_session', async () => {
          for (let i = 0; i < 6; i++) expect((await verify()).status).toBeGreaterThanOrEqual(500);
        });
        expect((await verify()).status).toBe(200);
        expect((await verify()).status).toBe(401);
      }
    });

    it('are given back to a proof', async () => {
      const who = await person();
      const call = caller(who.token);
      const prove = () => call('POST', 'reauthenticate', { password: TEST_PASSWORD });
      await failing(fault, 'audit_event', async () => {
        for (let i = 0; i < 6; i++) expect((await prove()).status).toBeGreaterThanOrEqual(500);
      });
      expect((await prove()).status).toBe(200);
      expect(await attemptsOf(who)).toEqual([{ failures: 0, pending: 0 }]);
    });

    it('are given back to a change of password', async () => {
      const who = await person();
      const call = caller(who.token);
      const body = { currentPassword: TEST_PASSWORD, newPassword: 'eleven green kites over water' };
      await failing(fault, 'auth_session', async () => {
        for (let i = 0; i < 6; i++)
          expect((await call('POST', 'password/change', body)).status).toBeGreaterThanOrEqual(500);
      });
      expect((await call('POST', 'password/change', body)).status).toBe(200);
    });
  });

  it('are given back when the new password is refused, which says nothing of the old one', async () => {
    const who = await person();
    for (let i = 0; i < 6; i++) {
      const body = { currentPassword: TEST_PASSWORD, newPassword: 'short' };
      expect((await caller(who.token)('POST', 'password/change', body)).status).toBe(i < 5 ? 422 : 429);
    }
    expect(await attemptsOf(who)).toEqual([{ failures: 0, pending: 0 }]);
  });

  it('are given back later when the database cannot be told at once', async () => {
    const who = await person();
    const call = caller();
    const logIn = () => call('POST', 'login', { identifier: who.username, password: TEST_PASSWORD });
    const database = app.get(Database);
    await database.execute(
      `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${FAULTS['an error']}; END $$`,
    );
    await database.execute(
      `CREATE TRIGGER keep BEFORE UPDATE ON auth_attempt FOR EACH ROW WHEN (NEW.pending < OLD.pending) EXECUTE FUNCTION keep()`,
    );
    for (let i = 0; i < 5; i++) expect((await logIn()).status).toBeGreaterThanOrEqual(500);
    await database.execute('DROP FUNCTION keep CASCADE');
    expect(await attemptsOf(who)).toEqual([{ failures: 0, pending: 5 }]);
    expect((await logIn()).status).toBe(200);
  });

  it('are none of callers who went away: what they showed is judged all the same', async () => {
    const who = await person();
    const body = JSON.stringify({ identifier: who.username, password: TEST_PASSWORD });
    const goAway = (): Promise<void> =>
      new Promise((resolve) => {
        const headers = { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${++network}` };
        const sent = request(`${app.url}/api/v1/auth/login`, { method: 'POST', headers });
        sent.on('error', () => undefined).on('close', resolve);
        sent.end(body, () => sent.destroy());
      });
    await Promise.all(Array.from({ length: 8 }, goAway));
    expect((await caller()('POST', 'login', JSON.parse(body) as object)).status).toBe(200);
  });

  it('lapse with the process that made them', async () => {
    const who = await person();
    const set = `UPDATE auth_attempt SET pending = 5, reserved_at = now() - interval '31 seconds' WHERE subject = $1`;
    await app.get(Database).execute(set, [`user:${who.id}`]);
    const body = { identifier: who.username, password: TEST_PASSWORD };
    expect((await caller()('POST', 'login', body)).status).toBe(200);
  });

  it('are no way around the lock: what was judged counts, whatever happens to the rest', async () => {
    const who = await person();
    await failing('an error', 'auth_session', async () => {
      for (let i = 0; i < 5; i++) {
        expect((await caller()('POST', 'login', { identifier: who.username, password: `wrong ${i}` })).status).toBe(
          401,
        );
        await caller()('POST', 'login', { identifier: who.username, password: TEST_PASSWORD });
      }
    });
    const body = { identifier: who.username, password: TEST_PASSWORD };
    expect((await caller()('POST', 'login', body)).status).toBe(401);
    expect(await attemptsOf(who)).toMatchObject([{ failures: 5 }]);
  });
});
