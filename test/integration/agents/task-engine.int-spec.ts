import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InternalAgentService, type InternalTask, TaskEngineService } from '#agents';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';

describe('task engine', () => {
  const apps: TestApp[] = [];
  let admin: string;
  let running = 0;
  let most = 0;
  let runs = 0;
  let work: (task: InternalTask, signal: AbortSignal) => Promise<unknown>;

  beforeAll(async () => {
    // Longer than any pause of a busy machine: no lease ends here unless a test ends it.
    const env = { AGENTS_LEASE_SECONDS: '120' };
    const first = await startTestApp(env);
    apps.push(first, await startTestApp(env, first), await startTestApp(env, first));
    for (const app of apps)
      app.get(InternalAgentService).register('counted', { run: (task, signal) => work(task, signal) });
    admin = await first.tokenFor('ADMIN');
    const body = { slug: 'counted', name: 'c', category: 't', kind: 'internal', config: { handler: 'counted' } };
    await first.call('POST', '/agents', { token: admin, body: { ...body, concurrency: 3 } });
  });
  afterAll(async () => {
    for (const app of [...apps].reverse()) await app.close();
  });

  const database = (): Database => (apps[0] as TestApp).get(Database);
  const submit = async (app = apps[0] as TestApp): Promise<string> =>
    (await app.call<{ id: string }>('POST', '/agents/counted/execute', { token: admin, body: {} })).body.id;
  const stateOf = async (id: string): Promise<string> =>
    (await database().query<{ state: string }>('SELECT state FROM agent_task WHERE id = $1', [id]))[0]?.state ?? '';

  it('never runs more than the cap over three engines, and each task once', async () => {
    work = async () => {
      runs++;
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
    };
    const ids = await Promise.all(Array.from({ length: 200 }, (_, i) => submit(apps[i % 3])));
    for (const id of ids) while ((await stateOf(id)) !== 'succeeded') await sleep(50);
    expect({ most, runs }).toEqual({ most: 3, runs: 200 });
  }, 60_000);

  it('runs a task again whose lease ran out, and refuses the result of the first runner', async () => {
    let attempts = 0;
    let finishFirst = (): void => undefined;
    const first = new Promise<void>((resolve) => (finishFirst = resolve));
    work = async ({ attempt }) => {
      attempts++;
      if (attempt === 1) await first;
      return { attempt };
    };
    const id = await submit();
    while (attempts === 0) await sleep(10);
    // As if the process had been stopped for longer than the lease: somebody else holds it now.
    await database().execute(
      `UPDATE agent_task SET lease_token = $2, lease_expires_at = now() - interval '1 second' WHERE id = $1`,
      [id, randomUUID()],
    );
    while ((await stateOf(id)) !== 'succeeded') await sleep(50);
    finishFirst();
    for (const app of apps) while (app.get(TaskEngineService).runningCount > 0) await sleep(20);
    const [row] = await database().query<{ output: unknown; attempt: number }>(
      'SELECT output, attempt FROM agent_task WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ output: { attempt: 2 }, attempt: 2 });
    const events = await database().query<{ type: string }>(
      'SELECT type FROM agent_task_event WHERE task_id = $1 ORDER BY seq',
      [id],
    );
    expect(events.map(({ type }) => type)).toEqual(['queued', 'started', 'retry', 'started', 'succeeded']);
  });

  it('cancels across processes', async () => {
    const stopped: string[] = [];
    work = (task, signal) => {
      signal.addEventListener('abort', () => stopped.push(task.id));
      return sleep(60_000, undefined, { signal });
    };
    const ids = await Promise.all(Array.from({ length: 3 }, (_, i) => submit(apps[i])));
    for (const id of ids) while ((await stateOf(id)) !== 'running') await sleep(10);
    for (const [i, id] of ids.entries()) {
      await (apps[(i + 1) % 3] as TestApp).call('POST', `/tasks/${id}/cancel`, { token: admin });
    }
    for (const id of ids) while ((await stateOf(id)) !== 'cancelled') await sleep(20);
    expect(stopped.sort()).toEqual([...ids].sort());
  });

  it('keeps the record of events from being changed', async () => {
    await expect(database().execute('UPDATE agent_task_event SET type = type')).rejects.toThrow('append-only');
    await expect(database().execute('DELETE FROM agent_task_event')).rejects.toThrow('append-only');
  });
});
