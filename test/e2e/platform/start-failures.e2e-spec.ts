import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const ROOT = path.resolve(__dirname, '../../..');

/** Longer than any of these starts takes, and much shorter than for ever. */
const TIMEOUT_MS = 20_000;

const role = `stranger_${randomBytes(4).toString('hex')}`;
const PASSWORD = 'sesame-of-a-stranger';

describe('a start that fails', () => {
  let migrated: TestDatabase;
  let empty: TestDatabase;
  const taken = createServer();

  const ask = async (url: string, sql: string): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const changed = (
    { url }: TestDatabase,
    change: Partial<Record<'username' | 'password' | 'pathname', string>>,
  ): string => Object.assign(new URL(url), change).toString();

  beforeAll(async () => {
    [migrated, empty] = [await createTestDatabase(), await createTestDatabase({ empty: true })];
    await ask(migrated.url, `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
    await once(taken.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    taken.close();
    await ask(migrated.url, `DROP ROLE ${role}`);
    await migrated.drop();
    await empty.drop();
  });

  const start = async (app: string, env: Record<string, string>) => {
    const child = spawn(process.execPath, [path.join(ROOT, `dist/apps/${app}/src/main.js`)], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: '0',
        LOG_ENABLE_FILE: 'false',
        LOG_ENABLE_CONSOLE: 'false',
        DATABASE_START_PATIENCE_SECONDS: '0',
        ...env,
      },
      cwd: mkdtempSync(path.join(tmpdir(), 'devskyy-start-')),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>]);
    return { status, said };
  };

  const CASES: Record<string, { status: number; env: () => Record<string, string>; advice: RegExp }> = {
    'a database that cannot be reached': {
      status: 69,
      env: () => ({ DATABASE_URL: `postgres://a:${PASSWORD}@127.0.0.1:1/d` }),
      advice: /^The database of DATABASE_URL cannot be reached: start it, or correct the address/,
    },
    'a wrong password': {
      status: 78,
      env: () => ({ DATABASE_URL: changed(migrated, { password: PASSWORD }) }),
      advice: /^The database refuses the user or the password of DATABASE_URL/,
    },
    'a user that is not there': {
      status: 78,
      env: () => ({ DATABASE_URL: changed(migrated, { username: `no_${role}`, password: PASSWORD }) }),
      advice: /^The database refuses the user or the password of DATABASE_URL/,
    },
    'a database that is not there': {
      status: 78,
      env: () => ({ DATABASE_URL: changed(migrated, { pathname: '/nowhere' }) }),
      advice: /^The database that DATABASE_URL names does not exist: create it/,
    },
    'a role that may make no tables': {
      status: 78,
      env: () => ({ DATABASE_URL: changed(empty, { username: role, password: PASSWORD }) }),
      advice: /^The role of DATABASE_URL lacks rights: make it the owner/,
    },
    'a role that may not read': {
      status: 78,
      env: () => ({
        DATABASE_URL: changed(migrated, { username: role, password: PASSWORD }),
        MIGRATE_ON_START: 'false',
      }),
      advice: /^The role of DATABASE_URL lacks rights: make it the owner/,
    },
    'a schema that is not migrated': {
      status: 69,
      env: () => ({ DATABASE_URL: empty.url, MIGRATE_ON_START: 'false' }),
      advice: /run `devskyy migrate`, or set MIGRATE_ON_START=true/,
    },
    'a folder in a file': {
      status: 78,
      env: () => ({ DATABASE_URL: migrated.url, DATA_DIR: path.join(ROOT, 'package.json/data') }),
      advice: /^Cannot write .*set DATA_DIR/,
    },
    'a folder that cannot be made': {
      status: 78,
      env: () => ({ DATABASE_URL: migrated.url, DATA_DIR: '/proc/nope/data' }),
      advice: /^Cannot write \/proc\/nope.*set DATA_DIR/,
    },
    'a folder that cannot be made, for the embedded PostgreSQL': {
      status: 78,
      env: () => ({ DATA_DIR: '/proc/nope', SECRET_KEY: randomBytes(48).toString('base64url') }),
      advice: /^Cannot write \/proc\/nope.*set DATA_DIR/,
    },
    'an address of another machine': { status: 78, env: () => ({ HOST: '192.0.2.1' }), advice: /set HOST/ },
    'a port that is taken': {
      status: 69,
      env: () => ({ DATABASE_URL: migrated.url, PORT: String((taken.address() as AddressInfo).port) }),
      advice: /^Port \d+ of 127\.0\.0\.1 is taken: stop what listens there, or set PORT/,
    },
  };
  const doors = Object.keys(CASES).flatMap((name) => ['api', 'worker'].map((app) => [name, app] as const));

  it.each(doors)(
    'for %s says in one sentence what to do: %s',
    async (name, app) => {
      const { status, env, advice } = CASES[name] ?? { status: 0, env: () => ({}), advice: /./ };
      const { status: ended, said } = await start(app, env());
      expect({ ended, said }).toEqual({ ended: status, said: expect.stringMatching(advice) });
      // No stack, no second line, no secret.
      expect(said.trim()).not.toMatch(/\n|^\s+at |sesame/m);
    },
    60_000,
  );
});
