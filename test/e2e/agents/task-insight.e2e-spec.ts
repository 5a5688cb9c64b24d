import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptFailedException } from '#agents';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Why {
  state: string;
  reason?: string;
  detail: string;
  position?: number;
  estimatedStartAt?: string;
}

describe('tasks that do not run', () => {
  let app: TestApp;
  let tasks: AgentTasks;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
  });
  beforeEach(() => (tasks.handle = () => Promise.resolve(1)));
  afterAll(() => app.close());

  const why = async (id: string): Promise<Why> =>
    (await app.call<Why>('GET', `/tasks/${id}/why`, { token: tasks.user })).body;
  const submit = async (slug: string, body = {}): Promise<string> => (await tasks.execute(slug, body)).body.id;
  const noRetry = { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 };

  describe('why', () => {
    it('names the cap and the place', async () => {
      let finish = (): void => undefined;
      const gate = new Promise<void>((resolve) => (finish = resolve));
      tasks.handle = () => gate;
      const slug = await tasks.agent({ concurrency: 1 });
      const first = await submit(slug);
      await tasks.until(first, 'running');
      const [second, third] = [await submit(slug), await submit(slug)];
      expect(await why(second)).toMatchObject({ state: 'queued', reason: 'concurrency', position: 1 });
      expect(await why(third)).toMatchObject({ reason: 'concurrency', position: 2 });
      expect(await why(first)).toEqual({ state: 'running', detail: 'Attempt 1 of 3 is under way' });
      finish();
      await tasks.until(third, 'succeeded');
      expect((await why(third)).reason).toBeUndefined();
    });

    it('names a pause, a time, a dependency and a budget', async () => {
      const slug = await tasks.agent();
      await app.call('POST', `/agents/${slug}/pause`, { token: tasks.admin });
      const paused = await submit(slug);
      expect(await why(paused)).toMatchObject({ reason: 'paused', position: 1 });
      const runAt = new Date(Date.now() + 3_600_000).toISOString();
      expect(await why(await submit(slug, { runAt }))).toMatchObject({ reason: 'scheduled', estimatedStartAt: runAt });
      const dependent = await why(await submit(slug, { dependsOn: [paused] }));
      expect(dependent.reason).toBe('dependency');
      expect(dependent.detail).toContain(paused);
      const costly = await submit(await tasks.agent(), { budget: { maxCost: '0' } });
      await tasks.until(costly, 'waiting_approval');
      expect(await why(costly)).toMatchObject({ state: 'waiting_approval', reason: 'budget' });
    });

    it('names a used up window, a missing worker, an open circuit and a wait between attempts', async () => {
      const limited = await tasks.agent({ rateLimit: { limit: 1, windowSeconds: 3600 } });
      await tasks.until(await submit(limited), 'succeeded');
      const waiting = await why(await submit(limited));
      expect(waiting.reason).toBe('rate_limit');
      expect(Date.parse(waiting.estimatedStartAt ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
      expect(await why(await submit(await tasks.agent({ kind: 'worker' })))).toMatchObject({ reason: 'no_worker' });

      tasks.handle = () => Promise.reject(new Error('down'));
      const failing = await tasks.agent({ retryPolicy: noRetry });
      for (let i = 0; i < 5; i++) await tasks.until(await submit(failing), 'dead');
      expect(await why(await submit(failing))).toMatchObject({
        reason: 'breaker',
        estimatedStartAt: expect.any(String),
      });
      const patient = await tasks.agent({
        retryPolicy: { maxAttempts: 2, initialDelayMs: 60_000, maxDelayMs: 60_000 },
      });
      const retried = await submit(patient);
      while ((await why(retried)).reason !== 'backoff') await sleep(20);
    });

    it('asks for a task that exists', async () => {
      const answer = await app.call('GET', '/tasks/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00/why', { token: tasks.user });
      expect(answer.body).toMatchObject({ code: 'TASK.NOT_FOUND' });
    });
  });

  describe('redrive', () => {
    const redrive = async (body: unknown, role: 'DEVELOPER' | 'API_USER' = 'DEVELOPER') =>
      app.call<{ redriven: number }>('POST', '/tasks/redrive', { token: await app.tokenFor(role), body });

    it('queues dead letters of an agent again, the oldest first, up to a limit', async () => {
      tasks.handle = () => Promise.reject(new Error('down'));
      const [slug, other] = [await tasks.agent({ retryPolicy: noRetry }), await tasks.agent({ retryPolicy: noRetry })];
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) ids.push(await submit(slug));
      ids.push(await submit(other));
      for (const id of ids) await tasks.until(id, 'dead');
      const list = await app.call<{ items: unknown[] }>('GET', `/tasks?state=dead&agent=${slug}`, {
        token: tasks.user,
      });
      expect(list.body.items).toHaveLength(4);
      tasks.handle = () => Promise.resolve('up');
      expect((await redrive({ agent: slug, limit: 3 })).body).toEqual({ redriven: 3 });
      for (const id of ids.slice(0, 3)) expect(await tasks.until(id, 'succeeded')).toMatchObject({ attempt: 1 });
      expect((await tasks.read(ids[3] ?? '')).state).toBe('dead');
      expect((await redrive({ ids: [ids[3], ids[4], ids[0]] })).body).toEqual({ redriven: 2 });
      await tasks.until(ids[4] ?? '', 'succeeded');
    });

    it('brings back what failed together with what waits for it, in two steps', async () => {
      tasks.handle = () =>
        Promise.reject(new AttemptFailedException('TEST.NO', 'No', { retryable: false, blame: 'elsewhere' }));
      const slug = await tasks.agent();
      await app.call('POST', `/agents/${slug}/pause`, { token: tasks.admin });
      const first = await submit(slug);
      const second = await submit(slug, { dependsOn: [first] });
      await app.call('POST', `/agents/${slug}/resume`, { token: tasks.admin });
      await tasks.until(second, 'failed');
      expect((await redrive({ agent: slug, state: 'failed', ids: [second] })).body).toEqual({ redriven: 0 });
      tasks.handle = () => Promise.resolve('up');
      expect((await redrive({ agent: slug, state: 'failed' })).body).toEqual({ redriven: 2 });
      await tasks.until(second, 'succeeded');
      expect(await tasks.eventTypes(second)).toEqual(['queued', 'failed', 'requeued', 'started', 'succeeded']);
    });

    it('says beforehand how many it would be, those that wait for others too, and changes nothing', async () => {
      tasks.handle = () =>
        Promise.reject(new AttemptFailedException('TEST.NO', 'No', { retryable: false, blame: 'elsewhere' }));
      const slug = await tasks.agent();
      await app.call('POST', `/agents/${slug}/pause`, { token: tasks.admin });
      const first = await submit(slug);
      const second = await submit(slug, { dependsOn: [first] });
      await app.call('POST', `/agents/${slug}/resume`, { token: tasks.admin });
      await tasks.until(second, 'failed');
      const events = [await tasks.eventTypes(first), await tasks.eventTypes(second)];
      const dryRun = { agent: slug, state: 'failed', dryRun: true };
      expect((await redrive(dryRun)).body).toEqual({ redriven: 2 });
      expect((await redrive({ ...dryRun, ids: [second] })).body).toEqual({ redriven: 0 });
      expect((await redrive({ ...dryRun, limit: 1 })).body).toEqual({ redriven: 1 });
      expect([await tasks.eventTypes(first), await tasks.eventTypes(second)]).toEqual(events);
      expect((await redrive({ agent: slug, state: 'failed' })).body).toEqual({ redriven: 2 });
    });

    it('never takes one task twice, whoever asks at the same time', async () => {
      tasks.handle = () => Promise.reject(new Error('down'));
      const slug = await tasks.agent({ retryPolicy: noRetry });
      const ids = await Promise.all(Array.from({ length: 4 }, () => submit(slug)));
      for (const id of ids) await tasks.until(id, 'dead');
      await app.call('POST', `/agents/${slug}/pause`, { token: tasks.admin });
      const answers = await Promise.all(Array.from({ length: 4 }, () => redrive({ agent: slug })));
      expect(answers.reduce((sum, { body }) => sum + body.redriven, 0)).toBe(4);
      const health = await app.call('GET', `/agents/${slug}/health`, { token: tasks.user });
      expect(health.body).toMatchObject({ backlog: 4 });
    });

    it('is for developers, and says what it does not understand', async () => {
      expect((await redrive({}, 'API_USER')).status).toBe(403);
      expect((await redrive({ limit: 1001 })).status).toBe(422);
      expect((await redrive({ state: 'succeeded' })).status).toBe(422);
    });
  });

  it('keeps the chain of events whole through all of it', async () => {
    const rows = await app.get(Database).query<{ n: string }>(
      `SELECT count(*) AS n FROM (
         SELECT *, lag(seq, 1, 0) OVER w AS before_seq, lag(hash, 1, ''::bytea) OVER w AS before
         FROM agent_task_event WINDOW w AS (PARTITION BY task_id ORDER BY seq)) e
       WHERE seq <> before_seq + 1 OR hash <> sha256(before || convert_to(concat_ws(E'\\n', task_id, seq, type, data,
         extract(epoch FROM created_at)), 'UTF8'))`,
    );
    expect(rows).toEqual([{ n: '0' }]);
  });
});
