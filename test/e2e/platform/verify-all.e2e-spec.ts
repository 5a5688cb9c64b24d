import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CheckpointService, textForLog } from '#platform/checkpoints';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from '../errors/eventually.js';

const ROOT = path.resolve(__dirname, '../../..');

describe('devskyy verify all', () => {
  let app: TestApp;
  let task: string;

  beforeAll(async () => {
    app = await startTestApp();
    const [tasks, token] = [await AgentTasks.on(app), await app.tokenFor('ADMIN')];
    for (let i = 0; i < 3; i++)
      await app.call('POST', '/finance/transactions/record', { token, body: { amount: '1.00' } });
    tasks.handle = () => Promise.resolve(1);
    const run = await app.call<{ id: string }>('POST', `/agents/${await tasks.agent()}/execute?wait=20`, {
      token,
      body: {},
    });
    task = run.body.id;
    await app.call('POST', '/errors', { token, body: { errorType: 'E', message: 'x' } });
    await eventually(() => Promise.resolve(artifacts().some((name) => /"error_type"/.test(read(name))) || undefined));
    // As the hourly job writes it.
    const checkpoint = textForLog(await app.get(CheckpointService).issue());
    writeFileSync(path.join(app.dir, 'security.log'), `${JSON.stringify({ details: { checkpoint } })}\n`);
  });
  afterAll(() => app.close());

  const folder = () => app.config.server.artifactsDir;
  const artifacts = (): string[] => readdirSync(folder()).filter((name) => name.endsWith('.json'));
  const read = (name: string): string => readFileSync(path.join(folder(), name), 'utf8');
  const verify = (env: Record<string, string> = {}): { status: number | null; lines: string[] } => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'dist/apps/cli/src/main.js'), 'verify', 'all'],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          ENVIRONMENT: 'testing',
          SECRET_KEY: app.config.security.secretKey,
          DATABASE_URL: app.databaseUrl,
          DATA_DIR: app.config.server.dataDir,
          ARTIFACTS_DIR: folder(),
          LOG_DIR: app.dir,
          ...env,
        },
      },
    );
    return { status, lines: stdout.trim().split('\n') };
  };
  /** As somebody does who has the database's superuser. */
  const tamper = (sql: string): Promise<void> =>
    app.get(Database).transaction(async (tx) => {
      await tx.execute(`SET LOCAL session_replication_role = 'replica'`);
      await tx.execute(sql);
    });

  it('says that everything is whole, then names every chain that was changed', async () => {
    const whole = verify();
    expect(whole).toEqual({
      status: 0,
      lines: [
        expect.stringMatching(/^Audit trail, \d+ events: whole$/),
        expect.stringMatching(/^Ledger, \d+ blocks with 3 transactions: whole$/),
        'Events of 1 tasks: whole',
        'Artifacts of 1 runs on this machine: whole',
        '1 checkpoints: whole',
        'Everything is what was written',
      ],
    });

    await tamper(`UPDATE audit_event SET action = 'nothing.happened' WHERE sequence = 2`);
    await tamper(`UPDATE finance_transaction SET created_by = NULL`);
    await tamper(`UPDATE agent_task_event SET type = 'other' WHERE seq = 2`);
    const [name = ''] = artifacts();
    writeFileSync(
      path.join(folder(), name),
      read(name).replace('"error_type": "E"', '"error_type": "F"').replace('"error_type":"E"', '"error_type":"F"'),
    );
    const { status, lines } = verify();
    expect(status).toBe(1);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Audit trail, .*: 1 faults$/),
        expect.stringContaining('event 2 '),
        expect.stringMatching(/^Ledger, .*: [3-9] faults$/),
        `  task ${task}: event 2 is not what was written there`,
        expect.stringMatching(/^ {2}error-ledger-.*: Entry 1 /),
        'Something is not what was written',
      ]),
    );
  });

  it('finds a task whose events are gone, and says where there was nothing to check', async () => {
    await tamper(`DELETE FROM agent_task_event`);
    writeFileSync(path.join(app.dir, 'empty'), '');
    expect(verify().lines).toContain(`  task ${task}: event 1 is not what was written there`);
    // A file where a folder should be cannot be read as one: that is said, and not taken for nothing.
    expect(verify({ LOG_DIR: path.join(app.dir, 'empty') }).status).not.toBe(0);
    const elsewhere = verify({ LOG_DIR: path.join(app.dir, 'nowhere'), ARTIFACTS_DIR: path.join(app.dir, 'nowhere') });
    expect(elsewhere.lines).toEqual(
      expect.arrayContaining([
        'Artifacts of 0 runs on this machine: nothing to check',
        '0 checkpoints: nothing to check',
      ]),
    );
  });

  it('finds the end of a chain that was cut off with its head, by the checkpoint in the log', async () => {
    await tamper(`DELETE FROM audit_event WHERE sequence = (SELECT max(sequence) FROM audit_event)`);
    await tamper(
      `UPDATE audit_head SET sequence = sequence - 1, hash = (SELECT hash FROM audit_event ORDER BY sequence DESC LIMIT 1)`,
    );
    expect(verify().lines).toEqual(
      expect.arrayContaining(['1 checkpoints: 1 faults', expect.stringMatching(/^ {2}.*audit: link \d+ is missing/)]),
    );
  });
});
