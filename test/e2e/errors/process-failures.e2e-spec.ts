import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { BOOTSTRAP_PASSWORD, type ServiceProcess, startService } from '../../support/service-process.js';
import { call } from '../../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { eventually } from './eventually.js';

interface Recorded extends Record<string, unknown> {
  error_type: string;
  severity: string;
  context: Record<string, unknown>;
}

/** A job of every process that fails: it has a row to change, and the row cannot be changed. */
const BROKEN_JOB = `
  INSERT INTO error_group (id, service, grouping_key, title, culprit, severity, category, status, first_seen, last_seen,
                           own_first_seen, own_last_seen, why, ignore_until)
  VALUES (gen_random_uuid(), 'x', 'x', 'x', '', 'low', 'unknown', 'ignored', now(), now(), now(), now(), '{}', now());
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the job is broken'; END $$;
  CREATE TRIGGER refuse BEFORE UPDATE ON error_group FOR EACH ROW WHEN (OLD.status = 'ignored') EXECUTE FUNCTION refuse();`;

const FAIL_ON_SIGNAL = `--require ${path.resolve(__dirname, '../../fixtures/faults/fail-on-signal.cjs')}`;

describe.each(['worker', 'api'] as const)('failures of the process %s', (app) => {
  let database: TestDatabase;
  let client: Client;
  let service: ServiceProcess;
  let dataDir: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(BROKEN_JOB);
    dataDir = await mkdtemp(path.join(tmpdir(), 'devskyy-failures-'));
    const env = { DATA_DIR: dataDir, NODE_OPTIONS: FAIL_ON_SIGNAL, AGENTS_ALLOWED_HOSTS: '127.0.0.1:9' };
    service = await startService({ app, databaseUrl: database.url, env });
  });
  afterAll(async () => {
    await service.dispose();
    await client.end();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const find = (condition: string): Promise<Recorded> =>
    eventually(async () => {
      const sql = `SELECT error_type, severity, detail->'context' AS context FROM error_occurrence WHERE ${condition}`;
      return (await client.query<Recorded>(sql)).rows[0];
    }, 10_000);

  it('a scheduled job', async () => {
    const recorded = await find(`detail->'context'->>'job' = 'errors.reopen-ignored'`);
    expect(recorded).toMatchObject({ severity: 'high' });
  });

  it('a task', async () => {
    // Tasks come in at an API; the worker's is one that runs none.
    const door =
      app === 'api'
        ? service
        : await startService({
            databaseUrl: database.url,
            env: { AGENTS_RUN_IN_PROCESS: 'false', AGENTS_ALLOWED_HOSTS: '127.0.0.1:9' },
          });
    try {
      const login = { identifier: 'root', password: BOOTSTRAP_PASSWORD };
      const { body } = await call<{ accessToken: string }>(door.url, 'POST', '/auth/login', { body: login });
      const token = body.accessToken;
      const config = { url: 'http://127.0.0.1:9/nobody', secret: 'a-secret-of-the-operator' };
      const agent = {
        slug: 'nobody',
        name: 'Nobody',
        category: 'tests',
        kind: 'http',
        config,
        retryPolicy: { maxAttempts: 1, initialDelayMs: 10, maxDelayMs: 10 },
      };
      expect((await call(door.url, 'POST', '/agents', { token, body: agent })).status).toBe(201);
      await call(door.url, 'POST', '/agents/nobody/execute', { token, body: {} });
      await find(`category = 'agent'`);
      const runs = await client.query(`SELECT DISTINCT run_id FROM error_occurrence WHERE category = 'agent'`);
      expect(runs.rows).toEqual([{ run_id: await ownRun() }]);
    } finally {
      if (door !== service) await door.dispose();
    }
  });

  it('a rejection that nobody handles, without ending the process', async () => {
    service.child.kill('SIGHUP');
    const recorded = await find(`error_message = 'nobody waited for this'`);
    expect(recorded).toMatchObject({ error_type: 'RangeError', context: { mechanism: 'unhandledRejection' } });
    expect((await call(service.url, 'GET', '/health/live')).status).toBe(200);
  });

  it('an exception that nobody catches, on disk before the process ends', async () => {
    service.child.kill('SIGUSR2');
    expect(await service.ended).toBe(1);
    const file = await readFile(path.join(dataDir, 'errors', `${await ownRun()}.fatal.wal`), 'utf8');
    expect(JSON.parse(file.slice(9))).toMatchObject({
      occurrence: {
        errorType: 'EvalError',
        errorMessage: 'nobody caught this',
        severity: 'critical',
        context: { mechanism: 'uncaughtException' },
      },
    });
  });

  async function ownRun(): Promise<string | undefined> {
    const names = await readdir(path.join(dataDir, 'errors'));
    return names.find((name) => name.endsWith('.run.json'))?.replace('.run.json', '');
  }
});
