import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { type ImportedLine, UserImportService } from '#auth';
import { Database } from '#platform/database';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

const ROOT = path.resolve(__dirname, '../../..');

describe('importing users', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const take = async (...accounts: unknown[]): Promise<ImportedLine[]> => {
    const lines = accounts.map((account) => (typeof account === 'string' ? account : JSON.stringify(account)));
    const verdicts: ImportedLine[] = [];
    for await (const verdict of app.get(UserImportService).import(linesOf(lines))) verdicts.push(verdict);
    return verdicts;
  };
  const account = (username: string, more: object = {}) => ({ username, email: `${username}@example.org`, ...more });
  const logIn = (identifier: string, password: string) =>
    app.call<{ user: { role: string } }>('POST', '/api/v1/auth/login', { body: { identifier, password } });
  const hashOf = async (username: string): Promise<string | null> => {
    const sql = 'SELECT password_hash FROM user_account WHERE username = $1';
    const [row] = await app.get(Database).query<{ password_hash: string | null }>(sql, [username]);
    return row?.password_hash ?? null;
  };

  it('lets people in with their bcrypt password, and replaces the hash at once', async () => {
    const hash = (await bcrypt.hash(TEST_PASSWORD, 4)).replace('$2b$', '$2y$');
    await expect(take(account('bcrypt', { passwordHash: hash, role: 'DEVELOPER' }))).resolves.toEqual([
      { line: 1, verdict: 'created', faults: [] },
    ]);
    expect((await logIn('bcrypt', 'not the password')).status).toBe(401);
    expect(await hashOf('bcrypt')).toBe(hash);
    const { status, body } = await logIn('bcrypt@example.org', TEST_PASSWORD);
    expect([status, body.user.role]).toEqual([200, 'DEVELOPER']);
    expect(await hashOf('bcrypt')).toMatch(/^\$argon2id\$v=19\$m=7168,t=1,p=1\$/);
    expect((await logIn('bcrypt', TEST_PASSWORD)).status).toBe(200);
  });

  it('passes over a byte order mark', async () => {
    const lines = [`\ufeff${JSON.stringify(account('marked'))}`, account('unmarked')];
    expect((await take(...lines)).map(({ verdict }) => verdict)).toEqual(['created', 'created']);
  });

  it('does not take the first 72 bytes of a bcrypt password for the whole', async () => {
    const beginning = 'a longer one '.repeat(6).slice(0, 72);
    await take(account('long', { passwordHash: await bcrypt.hash(beginning, 4) }));
    expect((await logIn('long', `${beginning} and more`)).status).toBe(401);
    expect((await logIn('long', beginning)).status).toBe(200);
  });

  it.each([
    [
      'pbkdf2',
      (text: string) => `pbkdf2:sha256:1000$salt$${pbkdf2Sync(text, 'salt', 1000, 32, 'sha256').toString('hex')}`,
    ],
    ['scrypt', (text: string) => `scrypt:1024:8:1$salt$${scryptSync(text, 'salt', 64, { N: 1024 }).toString('hex')}`],
    ['argon2', (text: string) => argon2.hash(text, { memoryCost: 7168, timeCost: 1, parallelism: 1 })],
    ['old-bcrypt', (text: string) => bcrypt.hash(text, 4)],
  ])('lets people in as they typed it, and then however it is typed: %s', async (username, hash) => {
    const typed = 'ｓｅｖｅｎ² quiet\u00a0cafe\u0301s™';
    await take(account(username, { passwordHash: await hash(typed) }));
    expect((await logIn(username, typed.normalize('NFKC'))).status).toBe(401);
    expect((await logIn(username, typed)).status).toBe(200);
    expect(await hashOf(username)).toMatch(/^\$argon2id\$v=19\$m=7168,t=1,p=1\$/);
    for (const form of ['NFC', 'NFKD'] as const)
      expect((await logIn(username, typed.normalize(form))).status).toBe(200);
  });

  it('replaces Argon2 hashes that are weaker than the configured ones', async () => {
    const hash = await argon2.hash(TEST_PASSWORD, { type: argon2.argon2id, memoryCost: 1024, timeCost: 1 });
    await take(account('weaker', { passwordHash: hash }));
    expect((await logIn('weaker', TEST_PASSWORD)).status).toBe(200);
    expect(await hashOf('weaker')).toContain('m=7168');
  });

  it('makes accounts as the file says, and audits each', async () => {
    const createdAt = '2020-02-29T12:00:00.000Z';
    await take(account('whole', { fullName: 'Whole Account', role: 'API_USER', isActive: false, createdAt }));
    const { body } = await app.call<{ items: { username: string }[] }>('GET', '/api/v1/users?limit=100', {
      token: await app.tokenFor('ADMIN'),
    });
    expect(body.items.find(({ username }) => username === 'whole')).toMatchObject({
      email: 'whole@example.org',
      fullName: 'Whole Account',
      role: 'API_USER',
      isActive: false,
      createdAt,
    });
    const { body: trail } = await app.call<{ items: { details: object }[] }>(
      'GET',
      '/api/v1/audit-events?action=user.imported&limit=1',
      { token: await app.tokenFor('ADMIN') },
    );
    expect(trail.items[0]).toMatchObject({ details: { role: 'API_USER' } });
  });

  it('leaves alone who is there, says who is taken, and can be run again', async () => {
    const file = [account('first'), '', account('second')];
    expect((await take(...file)).map(({ line, verdict }) => [line, verdict])).toEqual([
      [1, 'created'],
      [3, 'created'],
    ]);
    const again = await take(
      account('FIRST', { role: 'ADMIN' }),
      account('first', { email: 'else@example.org' }),
      account('third'),
      account('third'),
    );
    expect(again.map(({ verdict }) => verdict)).toEqual(['present', 'taken', 'created', 'present']);
    const sql = `SELECT role FROM user_account WHERE username = 'first'`;
    expect(await app.get(Database).query(sql)).toEqual([{ role: 'READ_ONLY' }]);
  });

  it('refuses lines that are no account, naming every fault and showing nothing of the line', async () => {
    const verdicts = await take(
      'no json',
      '[]',
      account('x', {
        email: 'nowhere',
        role: 'ROOT',
        isActive: 'yes',
        fullName: 5,
        createdAt: '2026-11-31',
        passwordHash: 'plainSecret1',
        password: 'plainSecret2',
      }),
      account('future', { createdAt: '2999-01-01T00:00:00Z' }),
      account('number', { passwordHash: 12 }),
      account('costly', { passwordHash: `scrypt:1073741824:8:1$salt$${'ab'.repeat(64)}` }),
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(Array(6).fill('refused'));
    expect(verdicts[2]?.faults).toHaveLength(8);
    expect(JSON.stringify(verdicts)).not.toContain('plainSecret');
  });

  it('goes on after several transactions', async () => {
    const verdicts = await take(...Array.from({ length: 250 }, (_, index) => account(`many${index}`)));
    expect(verdicts.map(({ line }) => line)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    expect(verdicts.every(({ verdict }) => verdict === 'created')).toBe(true);
  });

  it('is a command', async () => {
    const file = path.join(app.dir, 'users.jsonl');
    const lines = [account('by-command', { passwordHash: await bcrypt.hash(TEST_PASSWORD, 4) }), { email: 'x' }];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(ROOT, 'dist/apps/cli/src/main.js'), 'users', ...args], {
        cwd: app.dir,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'] ?? '',
          ENVIRONMENT: 'testing',
          SECRET_KEY: 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K',
          DATABASE_URL: app.databaseUrl,
        },
      });
    const { status, stdout } = run('import', file);
    expect(stdout).toContain('line 2: email must be an address; username must be');
    expect(stdout).toContain('1 created, 0 present before, 0 taken by others, 1 refused');
    expect(status).toBe(1);
    expect((await logIn('by-command', TEST_PASSWORD)).status).toBe(200);
    expect(run('import').stderr).toContain('devskyy users import FILE');
    expect(run('import', path.join(app.dir, 'none')).status).toBe(64);
  });
});

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}
