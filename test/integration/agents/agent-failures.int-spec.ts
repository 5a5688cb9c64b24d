import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startService, type ServiceProcess } from '../../support/service-process.js';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const WORKER = path.resolve(__dirname, '../../support/lease-worker.mjs');
/** The shortest lease that is allowed. */
const LEASE_SECONDS = '5';

describe('when things break', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let apiKey: string;
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    app = await startTestApp({ AGENTS_LEASE_SECONDS: LEASE_SECONDS, RATE_LIMIT_MAX: '1000000' });
    tasks = await AgentTasks.on(app);
    const answer = await app.call<{ key: string }>('POST', '/auth/api-keys', {
      token: tasks.user,
      body: { name: 'w' },
    });
    apiKey = answer.body.key;
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await end(worker);
  });
  afterAll(() => app.close());

  const end = async (worker: ChildProcess): Promise<void> => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGKILL');
    await gone;
  };
  const startWorker = (slug: string, count = 1): { process: ChildProcess; output: () => string } => {
    const child = spawn(process.execPath, [WORKER, app.url, apiKey, slug, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    workers.push(child);
    return { process: child, output: () => output };
  };
  const query = async <T extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> => {
    const client = new Client({ connectionString: app.databaseUrl });
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  const until = async (isTrue: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isTrue())) await sleep(25);
  };

  it('runs the task of a worker that was killed again, within the lease', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await tasks.execute(slug, { parameters: { takesMs: 1_000_000, once: true } });
    const victim = startWorker(slug);
    await until(() => victim.output().includes(body.id));
    await end(victim.process);
    const survivor = startWorker(slug);
    const task = await tasks.until(body.id, 'succeeded');
    expect(task).toMatchObject({ attempt: 2, output: { attempt: 2 } });
    await until(() => survivor.output().includes(`did ${body.id}`));
    expect(await tasks.eventTypes(body.id)).toEqual(['queued', 'started', 'retry', 'started', 'succeeded']);
    // By the database's clock: how long the task was nobody's, from the victim's last word on.
    const [row] = await query<{ seconds: number }>(
      `SELECT extract(epoch FROM max(created_at) FILTER (WHERE type = 'started') - min(created_at) FILTER (WHERE type = 'started'))
         ::double precision AS seconds FROM agent_task_event WHERE task_id = $1`,
      [body.id],
    );
    expect(row?.seconds).toBeGreaterThan(4.5);
    // Lease, the beat before the kill, sweep and backoff; generous for a busy machine.
    expect(row?.seconds).toBeLessThan(20);
  });

  it('refuses the word of a worker that was stopped past its lease', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await tasks.execute(slug, { parameters: { takesMs: 300, once: false } });
    const sleeper = startWorker(slug);
    await until(() => sleeper.output().includes(body.id));
    sleeper.process.kill('SIGSTOP');
    await query(`UPDATE agent_task SET lease_expires_at = now() WHERE id = $1 AND state IN ('leased', 'running')`, [
      body.id,
    ]);
    startWorker(slug);
    const task = await tasks.until(body.id, 'succeeded');
    expect(task.output).toEqual({ attempt: 2 });
    sleeper.process.kill('SIGCONT');
    await until(() => sleeper.output().includes(`lost ${body.id}`));
    expect(await tasks.read(body.id)).toEqual(task);
  });

  it('never runs more than three at once of two hundred tasks with eight workers, and loses none', async () => {
    const slug = await tasks.agent({ kind: 'worker', concurrency: 3 });
    const operations = Array.from({ length: 200 }, () => ({ agent: slug, parameters: { takesMs: 0 } }));
    await app.call('POST', '/agents/batch', { token: tasks.user, body: { operations } });
    startWorker(slug, 8);
    let most = 0;
    await until(async () => {
      const [row] = await query<{ running: number; done: number }>(
        `SELECT count(*) FILTER (WHERE t.state IN ('leased', 'running'))::integer AS running,
           count(*) FILTER (WHERE t.state = 'succeeded')::integer AS done
         FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE a.slug = $1`,
        [slug],
      );
      most = Math.max(most, row?.running ?? 0);
      return row?.done === 200;
    });
    expect(most).toBeLessThanOrEqual(3);
    // Looking now and then could miss a moment; the record does not: starts less ends, in the order of their times.
    const [record] = await query<{ most: number; starts: number }>(
      `SELECT max(running)::integer AS most, count(*) FILTER (WHERE change = 1)::integer AS starts FROM (
         SELECT change, sum(change) OVER (ORDER BY at, change) AS running FROM (
           SELECT started_at AS at, 1 AS change FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE a.slug = $1
           UNION ALL SELECT finished_at, -1 FROM agent_task t JOIN agent a ON a.id = t.agent_id WHERE a.slug = $1) e) r`,
      [slug],
    );
    expect(record).toEqual({ most: 3, starts: 200 });
  }, 60_000);

  it('outlives the death of all its connections to PostgreSQL, again and again, and loses nothing', async () => {
    let runs = 0;
    tasks.handle = async () => {
      runs++;
      await sleep(20);
      return 1;
    };
    const slug = await tasks.agent({
      concurrency: 10,
      retryPolicy: { maxAttempts: 20, initialDelayMs: 10, maxDelayMs: 50 },
    });
    const operations = Array.from({ length: 100 }, () => ({ agent: slug }));
    const { body } = await app.call<{ batchId: string }>('POST', '/agents/batch', {
      token: tasks.user,
      body: { operations },
    });
    for (let n = 0; n < 4; n++) {
      await sleep(150);
      await query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    }
    await until(async () => {
      const sql = `SELECT count(*) FILTER (WHERE state = 'succeeded')::integer AS done FROM agent_task WHERE batch_id = $1`;
      return (await query<{ done: number }>(sql, [body.batchId]))[0]?.done === 100;
    });
    // At least once: what was done and could not be recorded is done again.
    expect(runs).toBeGreaterThanOrEqual(100);
    // The ear is back too: a cancellation from another process still gets through.
    const other = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app);
    try {
      tasks.handle = (_task, signal) => sleep(60_000, undefined, { signal });
      const slow = await tasks.execute(slug);
      await tasks.until(slow.body.id, 'running');
      await other.call('POST', `/tasks/${slow.body.id}/cancel`, { token: tasks.user });
      await tasks.until(slow.body.id, 'cancelled');
    } finally {
      await other.close();
    }
  }, 60_000);

  it('gives back what a worker process runs when it is told to stop, and runs it elsewhere', async () => {
    const door = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' });
    const there = await AgentTasks.on(door);
    const startWorkerApp = (): Promise<ServiceProcess> =>
      startService({ app: 'worker', databaseUrl: door.databaseUrl, env: { SHUTDOWN_TIMEOUT_SECONDS: '5' } });
    const first = await startWorkerApp();
    let second: ServiceProcess | undefined;
    try {
      const { body } = await there.execute('performance', { parameters: { seconds: 30 } });
      await there.until(body.id, 'running');
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      expect(await there.read(body.id)).toMatchObject({ state: 'queued', attempt: 0 });
      second = await startWorkerApp();
      await there.until(body.id, 'running');
      await door.call('POST', `/tasks/${body.id}/cancel`, { token: there.user });
      await there.until(body.id, 'cancelled');
      expect(await there.eventTypes(body.id)).toEqual([
        'queued',
        'started',
        'released',
        'started',
        'cancel_requested',
        'cancelled',
      ]);
    } finally {
      await first.dispose();
      await second?.dispose();
      await door.close();
    }
  });
});
