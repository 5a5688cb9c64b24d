import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { AuditReadService } from '#auth';
import { Migrator } from '#platform/database';
import { createTestDatabase } from '../../support/test-database.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

describe('accounts from before they were told apart by form', () => {
  let app: TestApp;
  let client: Client;
  const ids: Record<string, string> = {};
  let dropDatabase = (): Promise<void> => Promise.resolve();

  beforeAll(async () => {
    const database = await createTestDatabase();
    dropDatabase = () => database.drop();
    client = new Client({ connectionString: database.url });
    await client.connect();
    const migrator = new Migrator(database.url);
    const since = 'SELECT FROM schema_migration WHERE timestamp >= 1765000000000';
    await migrator.down((await client.query(since)).rowCount ?? 0);
    const accounts = [
      ['older', 'é@before.test', '2020-01-01'],
      ['Newer', 'É@before.test', '2021-01-01'],
      ['newest', 'e\u0301@before.test', '2022-01-01'],
      ['alone', 'Ü@bücher.test', '2023-01-01'],
    ] as const;
    for (const [username, email, createdAt] of accounts) {
      ids[username] = randomUUID();
      await client.query(
        `INSERT INTO user_account (id, email, username, role, created_at, updated_at)
         VALUES ($1, $2, $3, 'READ_ONLY', $4, $4)`,
        [ids[username], email, username, createdAt],
      );
    }
    await migrator.up();
    app = await startTestApp({}, { databaseUrl: database.url } as TestApp);
    // All have the password of an account made by the service.
    const token = await app.tokenFor('ADMIN');
    const admin = await app.call<{ id: string }>('GET', '/api/v1/auth/me', { token });
    await client.query(
      'UPDATE user_account SET password_hash = (SELECT password_hash FROM user_account WHERE id = $1)',
      [admin.body.id],
    );
  });
  afterAll(async () => {
    await app.close();
    await client.end();
    await dropDatabase();
  });

  const logIn = async (identifier: string): Promise<string | undefined> => {
    const body = { identifier, password: TEST_PASSWORD };
    const answer = await app.call<{ user?: { id: string } }>('POST', '/api/v1/auth/login', { body });
    return answer.body.user?.id;
  };

  it('are all found by what they were registered with, and by name', async () => {
    expect(await logIn('é@before.test')).toBe(ids['older']);
    expect(await logIn('É@before.test')).toBe(ids['Newer']);
    expect(await logIn('e\u0301@before.test')).toBe(ids['newest']);
    expect(await logIn('E\u0301@BEFORE.test')).toBe(ids['newest']);
    expect(await logIn('ü@xn--bcher-kva.test')).toBe(ids['alone']);
    for (const username of ['older', 'Newer', 'newest']) expect(await logIn(username)).toBe(ids[username]);
  });

  it('keep strangers from their address', async () => {
    const body = { email: 'É@BEFORE.test', username: 'stranger', password: TEST_PASSWORD };
    expect((await app.call('POST', '/api/v1/auth/register', { body })).status).toBe(409);
  });

  it('are told of in the audit trail, whose chain goes on', async () => {
    const token = await app.tokenFor('ADMIN');
    const { body } = await app.call<{ items: object[] }>('GET', '/api/v1/audit-events?action=user.identity_shared', {
      token,
    });
    const details = { field: 'email', holder: ids['older'] };
    expect(body.items).toMatchObject([
      { subjectId: ids['newest'], details },
      { subjectId: ids['Newer'], details },
    ]);
    expect((await app.get(AuditReadService).verify()).isIntact).toBe(true);
  });
});
