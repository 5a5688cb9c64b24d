import { Database } from '#platform/database';
import { EncryptionService, PublishedKeys } from '#platform/security';
import { Mailer } from '#platform/mail';
import { type Answer, startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';
import { codeOf } from '../../support/totp.js';
import { eventually } from '../../e2e/errors/eventually.js';

const OLD = 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K';
const NEW = 'Zq9wEr5tYu1iOp3aSd7fGh2jKl4zXc8vBn6mQw0E';

const COLUMNS = [
  'agent.encrypted_secret',
  'auth_session.refresh_key',
  'error_alert.encrypted_secret',
  'finance_signing_key.private_key',
  'idempotent_request.encrypted_answer',
  'mail_outbox.message',
  'user_account.totp_secret',
];

/** How many values of each text column are encrypted under which key, whoever put them there. */
async function keysInUse(app: TestApp): Promise<Record<string, string[]>> {
  const database = app.get(Database);
  const columns = await database.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'text'`,
  );
  const found: Record<string, string[]> = {};
  for (const { table, column } of columns) {
    const rows = await database.query<{ key: string }>(
      `SELECT DISTINCT split_part("${column}", '.', 2) AS key FROM "${table}"
       WHERE "${column}" ~ '^v1\\.[0-9a-f]{8}\\.[A-Za-z0-9_-]{16}\\.' ORDER BY 1`,
    );
    if (rows.length > 0) found[`${table}.${column}`] = rows.map(({ key }) => key);
  }
  return found;
}

describe('after a rotation of SECRET_KEY', () => {
  let first: TestApp;
  let rotated: TestApp | undefined;
  let last: TestApp | undefined;

  beforeAll(async () => {
    first = await startTestApp({ SECRET_KEY: OLD });
  });
  afterAll(async () => {
    await last?.close();
    await rotated?.close();
    await first.close();
  });

  const alert = { name: 'new', event: 'new', url: 'https://example.com/hook' };
  const logIn = (app: TestApp, identifier: string) =>
    app.call<{ refreshToken: string; mfaToken: string }>('POST', '/api/v1/auth/login', {
      body: { identifier, password: TEST_PASSWORD },
    });

  it('every stored secret is encrypted anew, and the old key can be taken away', async () => {
    const admin = await first.tokenFor('ADMIN');
    const post = <T = Record<string, unknown>>(app: TestApp, route: string, body: object, key?: string) =>
      app.call<T>('POST', route, { token: admin, body, headers: key === undefined ? {} : { 'idempotency-key': key } });
    const made: Answer[] = [];
    made.push(await post(first, '/errors/alerts', alert, 'an-alert'));
    made.push(await post(first, '/finance/transactions/record', { amount: '1.00', type: 'sale' }, 'a-sale'));
    made.push(
      await post(first, '/agents', {
        slug: 'remote',
        name: 'remote',
        category: 'tests',
        kind: 'http',
        config: { url: 'https://example.com/run', secret: 'a-secret-of-the-operator' },
      }),
    );
    for (const username of ['session', 'factor']) {
      const body = { email: `${username}@example.com`, username, password: TEST_PASSWORD };
      made.push(await first.call('POST', '/api/v1/auth/register', { body }));
    }
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    const { refreshToken } = (await logIn(first, 'session')).body;
    const { accessToken: token } = (
      await first.call<{ accessToken: string }>('POST', '/api/v1/auth/login', {
        body: { identifier: 'factor', password: TEST_PASSWORD },
      })
    ).body;
    const { secret } = (await first.call<{ secret: string }>('POST', '/api/v1/auth/mfa/totp', { token, body: {} }))
      .body;
    const confirmed = await first.call<{ recoveryCodes: string[] }>('POST', '/api/v1/auth/mfa/totp/confirm', {
      token,
      body: { code: codeOf(secret) },
    });
    expect(confirmed.status).toBe(200);
    await first.get(Database).transaction(async (tx) => {
      const mail = { to: 'a@example.com', subject: 's', text: 'hello', expiresAt: new Date(Date.now() + 3_600_000) };
      await first.get(Mailer).enqueue(tx, mail);
      await tx.execute(`UPDATE mail_outbox SET next_attempt_at = now() + interval '1 day'`);
    });
    const old = first.get(EncryptionService).prefix.split('.')[1];
    expect(await keysInUse(first)).toEqual(Object.fromEntries(COLUMNS.map((name) => [name, [old]])));

    rotated = await startTestApp({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD }, first);
    const fresh = rotated.get(EncryptionService).prefix.split('.')[1];
    const wanted = JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, [fresh]])));
    await eventually(
      async () => (JSON.stringify(sorted(await keysInUse(first))) === wanted ? true : undefined),
      10_000,
    );
    const recover = async (app: TestApp, code = ''): Promise<number> => {
      const { mfaToken } = (await logIn(app, 'factor')).body;
      return (await app.call('POST', '/api/v1/auth/mfa/verify', { body: { mfaToken, code } })).status;
    };
    const [one, two] = confirmed.body.recoveryCodes;
    expect(await recover(rotated, one)).toBe(200);

    last = await startTestApp({ SECRET_KEY: NEW }, first);
    expect((await last.call('POST', '/api/v1/auth/refresh', { body: { refreshToken } })).status).toBe(200);
    expect(await recover(last, codeOf(secret, 1))).toBe(200);
    expect(await recover(last, two)).toBe(401);
    const keys = (app: TestApp) => app.get(PublishedKeys).all();
    expect(await keys(last)).toEqual(await keys(first));
    const decrypted = await Promise.all(
      [
        ['agent', 'encrypted_secret'],
        ['mail_outbox', 'message'],
      ].map(async ([table, column]) => {
        const [row] = await first
          .get(Database)
          .query<{ id: string; value: string }>(
            `SELECT id, ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`,
          );
        return last
          ?.get(EncryptionService)
          .decrypt(row?.value ?? '', `${table}.${column}:${row?.id}`)
          .toString();
      }),
    );
    expect(decrypted).toEqual(['a-secret-of-the-operator', expect.stringContaining('"text":"hello"')]);
    const again = await last.call('POST', '/api/v1/auth/login', {
      body: { identifier: 'session', password: TEST_PASSWORD },
    });
    expect(again.status).toBe(200);
  });
});

function sorted(record: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => a.localeCompare(b)));
}
