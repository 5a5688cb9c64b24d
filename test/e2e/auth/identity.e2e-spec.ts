import { generateKeyPairSync } from 'node:crypto';
import * as oauth from 'openid-client';
import { SMTPServer } from 'smtp-server';
import { Database } from '#platform/database';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';
import { eventually } from '../errors/eventually.js';
import { codeOf } from '../../support/totp.js';

interface Tokens {
  accessToken: string;
  refreshToken?: string;
  deviceToken?: string;
  mfaToken?: string;
  mfaRequired?: boolean;
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('identity', () => {
  let app: TestApp;
  let replica: TestApp;
  let smtp: SMTPServer;
  const mails: string[] = [];
  let number = 0;

  beforeAll(async () => {
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          // Quoted-printable breaks lines softly (RFC 2045 §6.7).
          mails.push(text.replace(/=\r?\n/g, ''));
          done();
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
    const { port } = smtp.server.address() as { port: number };
    const env = {
      MAIL_URL: `smtp://127.0.0.1:${port}`,
      JWT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    app = await startTestApp(env);
    replica = await startTestApp(env, app);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });

  const register = async (): Promise<{ username: string; email: string }> => {
    const username = `person${++number}`;
    const email = `${username}@example.com`;
    const body = { email, username, password: TEST_PASSWORD };
    expect((await app.call('POST', '/api/v1/auth/register', { body })).status).toBe(201);
    return { username, email };
  };
  const post = <T = Tokens & { code: string }>(route: string, body: object, token?: string, headers = {}) =>
    app.call<T>('POST', `/api/v1/auth/${route}`, { body, headers, ...(token === undefined ? {} : { token }) });
  const logIn = (identifier: string, password = TEST_PASSWORD, deviceToken?: string) =>
    post('login', { identifier, password, ...(deviceToken === undefined ? {} : { deviceToken }) });
  const meAt = (where: TestApp, token: string) => where.call('GET', '/api/v1/auth/me', { token });
  const refusedEverywhere = async (token: string): Promise<void> => {
    const statuses = () => Promise.all([app, replica].map(async (where) => (await meAt(where, token)).status));
    await eventually(async () => ((await statuses()).includes(200) ? undefined : true), 1_000);
    expect(await statuses()).toEqual([401, 401]);
  };

  describe('second factor', () => {
    const enrol = async (username: string): Promise<{ secret: string; recoveryCodes: string[]; token: string }> => {
      const { accessToken: token } = (await logIn(username)).body;
      const { secret } = (await post<{ secret: string }>('mfa/totp', {}, token)).body;
      const confirmed = await post<{ recoveryCodes: string[] }>(
        'mfa/totp/confirm',
        { code: codeOf(secret, -1) },
        token,
      );
      expect(confirmed.status).toBe(200);
      return { secret, token, recoveryCodes: confirmed.body.recoveryCodes };
    };

    it('is asked for, takes each code once, also in parallel, and recovery codes once', async () => {
      const { username } = await register();
      const { secret, recoveryCodes } = await enrol(username);
      expect(new Set(recoveryCodes).size).toBe(10);
      const first = (await logIn(username)).body;
      expect(first).toMatchObject({ mfaRequired: true });
      expect(first.accessToken).toBeUndefined();
      expect((await meAt(app, first.mfaToken ?? '')).status).toBe(401);
      const verify = (code: string) => post('mfa/verify', { mfaToken: first.mfaToken, code });
      const code = codeOf(secret);
      const answers = await Promise.all([verify(code), verify(code), verify(code)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
      const recovery = recoveryCodes[0] ?? '';
      expect((await verify(recovery.toUpperCase())).status).toBe(200);
      expect((await verify(recovery)).status).toBe(401);
    });

    it('locks after five wrong codes, which a right password does not forgive', async () => {
      const { username } = await register();
      const { secret } = await enrol(username);
      for (let guess = 0; guess < 5; guess++) {
        const { mfaToken } = (await logIn(username)).body;
        expect((await post('mfa/verify', { mfaToken, code: `00000${guess}` })).status).toBe(401);
      }
      expect((await logIn(username)).status).toBe(401);
      const [row] = await app
        .get(Database)
        .query<{ failures: number }>(
          `SELECT failures FROM auth_attempt a JOIN user_account u ON a.subject = 'user:' || u.id WHERE username = $1`,
          [username],
        );
      expect(row?.failures).toBe(5);
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    });

    it('comes off with the password only', async () => {
      const { username } = await register();
      const { token } = await enrol(username);
      const remove = (password: string) => app.call('DELETE', '/api/v1/auth/mfa/totp', { token, body: { password } });
      expect((await remove('not the password')).status).toBe(401);
      expect((await remove(TEST_PASSWORD)).status).toBe(204);
      expect((await logIn(username)).body.accessToken).toBeDefined();
    });
  });

  it('locks strangers out and lets the known device in, on every path', async () => {
    const { username } = await register();
    const { deviceToken, accessToken } = (await logIn(username)).body;
    await Promise.all(Array.from({ length: 100 }, (_, i) => logIn(username, `guess number ${i}`)));
    expect((await logIn(username)).status).toBe(401);
    const change = { currentPassword: TEST_PASSWORD, newPassword: 'eleven green kites over water' };
    expect((await post('password/change', change, accessToken)).status).toBe(401);
    expect((await logIn(username, TEST_PASSWORD, deviceToken)).status).toBe(200);
    const other = await register();
    expect((await logIn(other.username, TEST_PASSWORD, deviceToken)).status).toBe(200);
    expect((await logIn(username, TEST_PASSWORD, `${deviceToken?.slice(0, -2)}AA`)).status).toBe(401);
    const admin = await app.tokenFor('ADMIN');
    const { body } = await meAt(app, accessToken);
    const unlock = await app.call('POST', `/api/v1/users/${String(body['id'])}/unlock`, { token: admin });
    expect(unlock.status).toBe(204);
    expect((await logIn(username)).status).toBe(200);
  });

  it('changes a password, ends every session within a second on both replicas, and refuses common ones', async () => {
    const { username } = await register();
    const [here, elsewhere] = [(await logIn(username)).body, (await logIn(username)).body];
    const change = (newPassword: string) =>
      post('password/change', { currentPassword: TEST_PASSWORD, newPassword }, here.accessToken);
    const common = await change('qwertyuiop123!');
    expect(common.body).toMatchObject({
      code: 'AUTH.PASSWORD_REFUSED',
      errors: [{ path: 'newPassword', code: 'common' }],
    });
    const changed = await change('eleven green kites over water');
    expect(changed.status).toBe(200);
    await refusedEverywhere(here.accessToken);
    await refusedEverywhere(elsewhere.accessToken);
    expect((await meAt(replica, changed.body.accessToken)).status).toBe(200);
    expect((await logIn(username)).status).toBe(401);
  });

  const mailTo = async (address: string, subject: string): Promise<string> => {
    const isIt = (mail: string): boolean => mail.includes(`To: ${address}`) && mail.includes(`Subject: ${subject}`);
    for (let i = 0; i < 100 && !mails.some(isIt); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    return mails.find(isIt) ?? '';
  };
  const tokenIn = (mail: string): string => /Token: ([\w-]{43})/.exec(mail)?.[1] ?? '';
  const confirm = async (email: string): Promise<void> => {
    const token = tokenIn(await mailTo(email, 'Confirm your address'));
    expect((await post('email/verify', { token })).status).toBe(204);
  };

  it('mails nothing but the question for confirmation to an address that was not confirmed', async () => {
    const { username, email } = await register();
    const question = await mailTo(email, 'Confirm your address');
    const before = mails.length;
    expect((await post('password/forgot', { email })).status).toBe(204);
    for (let i = 0; i < 50 && mails.length === before; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(mails.filter((mail) => mail.includes(`To: ${email}`))).toHaveLength(2);
    expect(mails.at(-1)).toContain('Subject: Confirm your address');
    // Such a link chooses no password, and a password link confirms only by being used for one.
    expect((await post('password/reset', { token: tokenIn(question), newPassword: TEST_PASSWORD })).status).toBe(422);
    const token = tokenIn(question);
    const answers = await Promise.all([post('email/verify', { token }), post('email/verify', { token })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    const { accessToken } = (await logIn(username)).body;
    expect((await meAt(app, accessToken)).body).toMatchObject({ emailVerified: true });
  });

  it('mails no mailbox more than its share, however many ask at once', async () => {
    const { email } = await register();
    await confirm(email);
    await Promise.all(Array.from({ length: 12 }, () => post('password/forgot', { email })));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(mails.filter((mail) => mail.includes(`To: ${email}`))).toHaveLength(3);
  });

  it('mails no word that a stranger wrote', async () => {
    const body = {
      email: 'vic@example.com',
      username: 'vic-the-visitor',
      fullName: 'Call 555-0100 now',
      password: TEST_PASSWORD,
    };
    expect((await app.call('POST', '/api/v1/auth/register', { body })).status).toBe(201);
    const mail = await mailTo('vic@example.com', 'Confirm your address');
    expect(mail).not.toMatch(/555-0100|vic-the-visitor/);
    const fullName = 'Vic,\n\nYour account is blocked. Confirm at http://example.net';
    const refused = await app.call('POST', '/api/v1/auth/register', { body: { ...body, username: 'vic2', fullName } });
    expect(refused.status).toBe(422);
  });

  it('mails a link that chooses a password once, and says nothing of unknown addresses', async () => {
    const { username, email } = await register();
    await confirm(email);
    const before = mails.length;
    const known = await post('password/forgot', { email });
    const unknown = await post('password/forgot', { email: 'nobody@example.com' });
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    for (let i = 0; i < 50 && mails.length === before; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(mails.length).toBe(before + 1);
    const token = /Token: ([\w-]{43})/.exec(mails.at(-1) ?? '')?.[1] ?? '';
    const reset = (newPassword: string) => post('password/reset', { token, newPassword });
    expect((await reset('short')).body.code).toBe('AUTH.PASSWORD_REFUSED');
    const answers = await Promise.all([reset('eleven green kites over water'), reset('twelve green kites over water')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    expect((await logIn(username)).status).toBe(401);
    const [row] = await app
      .get(Database)
      .query<{ message: string | null }>('SELECT message FROM mail_outbox WHERE sent_at IS NOT NULL LIMIT 1');
    expect(row?.message).toBeNull();
  });

  it('invites people without a password', async () => {
    const token = await app.tokenFor('ADMIN');
    const account = { email: 'guest@example.com', username: 'guest', role: 'DEVELOPER' };
    const before = mails.length;
    expect((await app.call('POST', '/api/v1/users', { token, body: account })).status).toBe(201);
    for (let i = 0; i < 50 && mails.length === before; i++) await new Promise((resolve) => setTimeout(resolve, 100));
    const link = /Token: ([\w-]{43})/.exec(mails.at(-1) ?? '')?.[1];
    expect((await post('password/reset', { token: link, newPassword: TEST_PASSWORD })).status).toBe(204);
    expect((await logIn('guest')).status).toBe(200);
  });

  it('lists sessions and ends one', async () => {
    const { username } = await register();
    const [one, two] = [(await logIn(username)).body, (await logIn(username)).body];
    const { body } = await app.call<{ items: { id: string; isCurrent: boolean }[] }>('GET', '/api/v1/auth/sessions', {
      token: one.accessToken,
    });
    expect(body.items).toHaveLength(2);
    const other = body.items.find(({ isCurrent }) => !isCurrent)?.id ?? '';
    const end = (token: string) => app.call('DELETE', `/api/v1/auth/sessions/${other}`, { token });
    expect((await end(await app.tokenFor('ADMIN'))).status).toBe(404);
    expect((await end(one.accessToken)).status).toBe(204);
    await refusedEverywhere(two.accessToken);
    expect((await meAt(app, one.accessToken)).status).toBe(200);
  });

  describe('cookie mode', () => {
    const browser = { 'x-auth-mode': 'cookie', 'x-csrf': '1', 'sec-fetch-site': 'same-origin' };
    const cookieOf = (headers: Headers): string =>
      headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ');

    it('keeps the refresh token from scripts, and rotates it in the cookie', async () => {
      const { username } = await register();
      const login = await post('login', { identifier: username, password: TEST_PASSWORD }, undefined, browser);
      expect(login.body.refreshToken ?? login.body.deviceToken).toBeUndefined();
      const [refreshCookie = ''] = login.headers.getSetCookie();
      expect(refreshCookie).toMatch(/^__Host-refresh=rt1_[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      const cookie = cookieOf(login.headers);
      const again = await post('refresh', {}, undefined, { ...browser, cookie });
      expect(again.status).toBe(200);
      expect(cookieOf(again.headers)).not.toBe(cookie);
      const out = await post('logout', {}, again.body.accessToken, { ...browser, cookie });
      expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-refresh=; Max-Age=0/);
    });

    it.each([
      ['without the header', { 'sec-fetch-site': 'same-origin' }],
      ['from another site', { 'x-csrf': '1', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
      [
        'from a neighbour',
        { 'x-csrf': '1', 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000.evil.example' },
      ],
      ['from nowhere', { 'x-csrf': '1', origin: 'null' }],
      ['that says nothing', { 'x-csrf': '1' }],
    ])('refuses a request %s', async (_, headers) => {
      const answer = await post('refresh', {}, undefined, { cookie: '__Host-refresh=rt1_AAAA', ...headers });
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe('AUTH.CROSS_SITE_REQUEST');
    });

    it('refuses a token that comes both ways', async () => {
      const answer = await post('refresh', { refreshToken: 'rt1_x' }, undefined, browser);
      expect(answer.status).toBe(400);
    });
  });

  it('works with a standard OAuth client', async () => {
    const token = await app.tokenFor('DEVELOPER');
    const { body: key } = await app.call<{ id: string; key: string }>('POST', '/api/v1/auth/api-keys', {
      token,
      body: { name: 'oauth', role: 'API_USER' },
    });
    const client = await oauth.discovery(new URL(app.url), key.id, key.key, undefined, {
      algorithm: 'oauth2',
      execute: [oauth.allowInsecureRequests],
    });
    const granted = await oauth.clientCredentialsGrant(client, { scope: 'READ_ONLY' });
    expect(granted).toMatchObject({ token_type: 'bearer', scope: 'READ_ONLY' });
    expect((await meAt(replica, granted.access_token)).status).toBe(200);
    expect(await oauth.tokenIntrospection(client, granted.access_token)).toMatchObject({
      active: true,
      client_id: key.id,
      sub: key.id,
      scope: 'READ_ONLY',
    });
    await oauth.tokenRevocation(client, granted.access_token);
    await refusedEverywhere(granted.access_token);
    expect(await oauth.tokenIntrospection(client, granted.access_token)).toEqual({ active: false });
    await expect(oauth.clientCredentialsGrant(client, { scope: 'ADMIN' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    const { body: jwks } = await app.call<{ keys: { kid: string; alg?: string; d?: string }[] }>(
      'GET',
      '/.well-known/jwks.json',
    );
    expect(jwks.keys.find(({ alg }) => alg === 'ES256')?.kid).toMatch(/^[\w-]{43}$/);
    expect(jwks.keys.every(({ d }) => d === undefined)).toBe(true);
    const another = await oauth.clientCredentialsGrant(client);
    const rotate = `/api/v1/auth/api-keys/${key.id}/rotate`;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await app.call('POST', rotate, { token })).status).toBe(200);
    await refusedEverywhere(another.access_token);
    await expect(oauth.clientCredentialsGrant(client)).rejects.toMatchObject({ status: 401 });
  });

  it('answers OAuth requests that are none as RFC 6749 says', async () => {
    const ask = (form: string) =>
      app.call('POST', '/api/v1/oauth/token', {
        body: form,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await ask('grant_type=password&username=a&password=b')).body).toMatchObject({
      error: 'unsupported_grant_type',
    });
    expect((await ask('grant_type=client_credentials&grant_type=client_credentials')).body).toMatchObject({
      error: 'invalid_request',
    });
    const stranger = await ask('grant_type=client_credentials&client_id=x&client_secret=y');
    expect([stranger.status, stranger.body]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })]);
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic/);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(
      (await app.call('POST', '/api/v1/auth/login', { body: 'identifier=a&password=b', headers: form })).status,
    ).toBe(415);
  });

  it('chains the audit trail, forbids changes, and finds the event that was changed all the same', async () => {
    const token = await app.tokenFor('ADMIN');
    const verify = () =>
      app.call<{ valid: boolean; checked: number; firstBroken: { sequence: number } | null }>(
        'GET',
        '/api/v1/audit-events/verify',
        { token },
      );
    await Promise.all(Array.from({ length: 20 }, (_, i) => logIn(`nobody${i}`)));
    const whole = (await verify()).body;
    expect(whole).toMatchObject({ valid: true, firstBroken: null });
    expect(whole.checked).toBeGreaterThan(40);
    const database = app.get(Database);
    await expect(database.execute(`UPDATE audit_event SET action = 'x' WHERE sequence = 7`)).rejects.toThrow(/never/);
    await database.execute('ALTER TABLE audit_event DISABLE TRIGGER audit_event_immutable');
    await database.execute(`UPDATE audit_event SET ip = '10.0.0.1' WHERE sequence = 7`);
    expect((await verify()).body).toMatchObject({ valid: false, firstBroken: { sequence: 7 } });
    const page = await app.call<{ items: { action: string }[] }>(
      'GET',
      '/api/v1/audit-events?action=login.failed&outcome=failure&limit=3',
      { token },
    );
    expect(page.body.items.map(({ action }) => action)).toEqual(Array(3).fill('login.failed'));
  });
});
