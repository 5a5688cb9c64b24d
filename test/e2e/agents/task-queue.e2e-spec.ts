import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptFailedException } from '#agents';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface BatchBody {
  batchId: string;
  status: string;
  totalOperations: number;
  results: {
    index: number;
    agent: string;
    taskId?: string;
    state: string;
    output?: unknown;
    error?: { code: string };
  }[];
}

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe('the queue of tasks', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let database: Database;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    database = app.get(Database);
  });
  beforeEach(() => (tasks.handle = ({ parameters }) => Promise.resolve(parameters)));
  afterAll(() => app.close());

  const setPaused = (slug: string, word: 'pause' | 'resume') =>
    app.call('POST', `/agents/${slug}/${word}`, { token: tasks.admin });
  const batch = (body: unknown, query = '?wait=20', headers = {}) =>
    app.call<BatchBody>('POST', `/agents/batch${query}`, { token: tasks.user, body, headers });

  describe('dependencies', () => {
    it('start a task when the last of those it waits for has succeeded', async () => {
      const order: unknown[] = [];
      tasks.handle = ({ parameters }) => Promise.resolve(order.push(parameters['name']));
      const slug = await tasks.agent({ concurrency: 10 });
      await setPaused(slug, 'pause');
      const first = await tasks.execute(slug, { parameters: { name: 'a' } });
      const second = await tasks.execute(slug, { parameters: { name: 'b' }, priority: 1 });
      const last = await tasks.execute(slug, {
        parameters: { name: 'c' },
        priority: 10,
        dependsOn: [first.body.id, second.body.id.toUpperCase(), first.body.id],
      });
      expect(last.body).toMatchObject({ state: 'queued', dependsOn: [first.body.id, second.body.id] });
      await setPaused(slug, 'resume');
      await tasks.until(last.body.id, 'succeeded');
      expect(order).toEqual(['a', 'b', 'c']);
      const after = await tasks.execute(slug, { dependsOn: [last.body.id] }, '?wait=10');
      expect(after.body.state).toBe('succeeded');
    });

    it('are never missed when the one waited for ends at the same moment', async () => {
      const slug = await tasks.agent({ concurrency: 10 });
      const pairs = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const { body } = await tasks.execute(slug);
          return (await tasks.execute(slug, { dependsOn: [body.id] })).body.id;
        }),
      );
      for (const id of pairs) await tasks.until(id, 'succeeded');
    });

    it('fail a task, and what waits for it, when one it waits for does not succeed', async () => {
      const slug = await tasks.agent();
      await setPaused(slug, 'pause');
      const first = await tasks.execute(slug);
      const second = await tasks.execute(slug, { dependsOn: [first.body.id] });
      const third = await tasks.execute(slug, { dependsOn: [second.body.id] });
      await app.call('POST', `/tasks/${first.body.id}/cancel`, { token: tasks.user });
      expect(await tasks.read(third.body.id)).toMatchObject({
        state: 'failed',
        error: { code: 'TASK.DEPENDENCY_FAILED' },
      });
      const health = await app.call('GET', `/agents/${slug}/health`, { token: tasks.user });
      expect(health.body).toMatchObject({ backlog: 0 });
      expect(await tasks.execute(slug, { dependsOn: [first.body.id] })).toMatchObject({
        status: 422,
        body: { code: 'TASK.DEPENDENCY_NOT_POSSIBLE' },
      });
      const retry = (id: string) => app.call('POST', `/tasks/${id}/retry`, { token: tasks.user });
      expect((await retry(second.body.id)).body).toMatchObject({ status: 409, code: 'TASK.INVALID_STATE' });
      for (const { body } of [first, second, third]) expect((await retry(body.id)).status).toBe(200);
      await setPaused(slug, 'resume');
      await tasks.until(third.body.id, 'succeeded');
    });

    it('must exist', async () => {
      const dependsOn = ['01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00'];
      expect(await tasks.execute('scanner', { dependsOn })).toMatchObject({
        status: 422,
        body: { code: 'TASK.DEPENDENCY_NOT_FOUND' },
      });
      expect((await tasks.execute('scanner', { dependsOn: ['x'] })).status).toBe(422);
    });
  });

  describe('deadlines', () => {
    it('fail what waits too long, and what hangs on it', async () => {
      const slug = await tasks.agent();
      await setPaused(slug, 'pause');
      const { body } = await tasks.execute(slug, { deadlineAt: soon(300) });
      const dependent = await tasks.execute(slug, { dependsOn: [body.id] });
      expect(await tasks.until(body.id, 'failed')).toMatchObject({
        error: { code: 'TASK.DEADLINE_PASSED' },
        attempt: 0,
      });
      await tasks.until(dependent.body.id, 'failed');
      await setPaused(slug, 'resume');
      await app.call('POST', `/tasks/${body.id}/retry`, { token: tasks.user });
      await tasks.until(body.id, 'succeeded');
    });

    it('cut an attempt short, and allow none after', async () => {
      tasks.handle = (_task, signal) => sleep(60_000, undefined, { signal });
      const slug = await tasks.agent();
      const { body } = await tasks.execute(slug, { deadlineAt: soon(1_000) }, '?wait=20');
      expect(body).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'TASK.DEADLINE_PASSED' } });
    });
  });

  it('lets what has waited long go before what is urgent', async () => {
    const order: unknown[] = [];
    tasks.handle = ({ parameters }) => Promise.resolve(order.push(parameters['name']));
    const slug = await tasks.agent({ concurrency: 1 });
    await setPaused(slug, 'pause');
    const old = await tasks.execute(slug, { priority: 1, parameters: { name: 'old' } });
    // Nine steps of priority weigh as much as nine minutes of waiting.
    await database.execute(`UPDATE agent_task SET rank_at = rank_at - interval '9 minutes 1 second' WHERE id = $1`, [
      old.body.id,
    ]);
    const urgent = await tasks.execute(slug, { priority: 10, parameters: { name: 'urgent' } });
    await setPaused(slug, 'resume');
    await tasks.until(urgent.body.id, 'succeeded');
    expect(order).toEqual(['old', 'urgent']);
  });

  describe('budgets', () => {
    const approve = (id: string, token = tasks.admin) => app.call<TaskBody>('POST', `/tasks/${id}/approve`, { token });

    it('put a task to a person that would exceed its own', async () => {
      const slug = await tasks.agent();
      const { body } = await tasks.execute(slug, { budget: { maxCost: '0' }, parameters: { a: 1 } });
      expect(await tasks.until(body.id, 'waiting_approval')).toMatchObject({ attempt: 0, budget: { maxCost: '0.00' } });
      const other = await tasks.execute(slug, {}, '?wait=10');
      expect(other.body.state).toBe('succeeded');
      expect((await approve(body.id)).status).toBe(200);
      expect(await tasks.until(body.id, 'succeeded')).toMatchObject({ output: { a: 1 } });
      expect(await tasks.eventTypes(body.id)).toEqual([
        'queued',
        'approval_required',
        'approved',
        'started',
        'succeeded',
      ]);
      expect((await approve(body.id)).body).toMatchObject({ status: 409, code: 'TASK.INVALID_STATE' });
    });

    it('keep an agent from being removed while a task waits, which a DEVELOPER may cancel', async () => {
      const slug = await tasks.agent({ budget: { maxCost: '0' } });
      const { body } = await tasks.execute(slug, {}, '', tasks.admin);
      await tasks.until(body.id, 'waiting_approval');
      const developer = await app.tokenFor('DEVELOPER');
      expect((await app.call('DELETE', `/agents/${slug}`, { token: tasks.admin })).status).toBe(409);
      expect((await app.call('POST', `/tasks/${body.id}/cancel`, { token: developer })).body).toMatchObject({
        state: 'cancelled',
      });
    });

    it('set the expected cost of running tasks aside, so that a day is never overrun', async () => {
      let finish = (): void => undefined;
      const gate = new Promise<void>((resolve) => (finish = resolve));
      tasks.handle = () => gate;
      const slug = await tasks.agent({ budget: { dailyCost: '1.00' }, concurrency: 10 });
      await setPaused(slug, 'pause');
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) ids.push((await tasks.execute(slug)).body.id);
      await database.execute('UPDATE agent_task SET estimate_micros = 400000 WHERE id = ANY ($1)', [ids]);
      await setPaused(slug, 'resume');
      for (const id of ids) await tasks.until(id, 'running', 'waiting_approval');
      const states = await Promise.all(ids.map(async (id) => (await tasks.read(id)).state));
      expect(states).toEqual(['running', 'running', 'waiting_approval', 'waiting_approval']);
      const late = await tasks.execute(slug, { budget: { maxCost: '0.30' } });
      await tasks.until(late.body.id, 'waiting_approval');
      finish();
    });

    it.each([[{ maxCost: '-1' }], [{ maxCost: 1 }], [{ maxTokens: 0 }], [{ other: 1 }], ['1']])(
      'refuses %j',
      async (budget) => expect((await tasks.execute('scanner', { budget })).status).toBe(422),
    );
  });

  describe('batches', () => {
    it('run every operation and give back what was selected', async () => {
      const slug = await tasks.agent({ concurrency: 20 });
      const operations = Array.from({ length: 40 }, (_, n) => ({
        agent: slug,
        parameters: { n, deep: { list: [n, 'x'.repeat(100)] } },
        select: ['/n', '/deep/list/0', '/nowhere'],
      }));
      const { status, body, headers } = await batch({ operations });
      expect({ status, total: body.totalOperations, is: body.status }).toEqual({
        status: 200,
        total: 40,
        is: 'succeeded',
      });
      expect(body.results.map(({ output }) => output)).toEqual(
        operations.map((_, n) => ({ '/n': n, '/deep/list/0': n })),
      );
      const again = await app.call<BatchBody>('GET', headers.get('location') ?? '', { token: tasks.user });
      expect(again.body).toEqual(body);
      const list = await app.call<{ items: unknown[] }>('GET', `/tasks?batchId=${body.batchId}&limit=100`, {
        token: tasks.user,
      });
      expect(list.body.items).toHaveLength(40);
    });

    it('take a thousand operations at once', async () => {
      const slug = await tasks.agent({ concurrency: 100 });
      const { body, status } = await batch({ operations: Array(1000).fill({ agent: slug }) }, '?wait=30');
      expect(status).toBe(200);
      expect(body.results.filter(({ state }) => state === 'succeeded')).toHaveLength(1000);
      expect((await batch({ operations: Array(1001).fill({ agent: slug }) })).status).toBe(422);
    }, 60_000);

    it('keep an order by references, and in a line', async () => {
      const order: unknown[] = [];
      tasks.handle = ({ parameters }) => Promise.resolve(order.push(parameters['name']));
      const slug = await tasks.agent({ concurrency: 10 });
      const of = (name: string, more = {}) => ({ agent: slug, parameters: { name }, ...more });
      await batch({
        operations: [
          of('last', { dependsOn: ['b', 'a'] }),
          of('b', { ref: 'b', dependsOn: ['a'] }),
          of('a', { ref: 'a' }),
        ],
      });
      expect(order.splice(0)).toEqual(['a', 'b', 'last']);
      await batch({ operations: [of('1', { priority: 1 }), of('2'), of('3', { priority: 10 })], parallel: false });
      expect(order).toEqual(['1', '2', '3']);
    });

    it('refuse cycles and unknown names as a whole', async () => {
      const cycle = [
        { agent: 'scanner', ref: 'a', dependsOn: ['b'] },
        { agent: 'scanner', ref: 'b', dependsOn: ['a'] },
      ];
      const answer = await batch({ operations: cycle });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('operations.0');
      expect((await batch({ operations: [{ agent: 'scanner', dependsOn: ['c'] }] })).status).toBe(422);
      expect((await batch({ operations: [] })).status).toBe(422);
      expect((await batch({ operations: [{ agent: 'scanner', select: ['no-pointer'] }] })).status).toBe(422);
    });

    it('say which operations are refused, and queue the others, unless they are atomic', async () => {
      const slug = await tasks.agent();
      const operations = [
        { agent: slug },
        { agent: 'nobody', ref: 'x' },
        { agent: 'fixer' },
        { agent: slug, dependsOn: ['x'] },
      ];
      const { body } = await batch({ operations });
      expect(body.status).toBe('partial');
      expect(body.results.map(({ state, error }) => error?.code ?? state)).toEqual([
        'succeeded',
        'AGENT.NOT_FOUND',
        'AGENT.ROLE_REQUIRED',
        'BATCH.OPERATION_REFUSED',
      ]);
      const before = await database.query<{ n: string }>('SELECT count(*) AS n FROM agent_task');
      const atomic = await batch({ operations, atomic: true });
      expect(atomic.status).toBe(422);
      expect((atomic.body as unknown as { errors: unknown[] }).errors).toHaveLength(3);
      expect(await database.query('SELECT count(*) AS n FROM agent_task')).toEqual(before);
    });

    it('end the rest of a line with the first failure', async () => {
      tasks.handle = () => Promise.reject(new AttemptFailedException('TEST.NO', 'No', { retryable: false }));
      const slug = await tasks.agent();
      const { body } = await batch({
        operations: [{ agent: slug }, { agent: slug }, { agent: slug }],
        parallel: false,
      });
      expect(body).toMatchObject({ status: 'failed' });
      expect(body.results.map(({ error }) => error?.code)).toEqual([
        'TEST.NO',
        'TASK.DEPENDENCY_FAILED',
        'TASK.DEPENDENCY_FAILED',
      ]);
    });

    it('are made once of many requests with one key', async () => {
      const slug = await tasks.agent();
      const headers = { 'idempotency-key': 'batch-1' };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => batch({ operations: [{ agent: slug }, { agent: slug }] }, '', headers)),
      );
      expect(new Set(answers.map(({ body }) => body.batchId)).size).toBe(1);
      const list = await app.call<{ items: unknown[] }>('GET', `/tasks?agent=${slug}`, { token: tasks.user });
      expect(list.body.items).toHaveLength(2);
      expect((await batch({ operations: [{ agent: slug }] }, '', headers)).body).toMatchObject({
        status: 422,
        code: 'TASK.IDEMPOTENCY_KEY_REUSED',
      });
      const single = { token: tasks.user, body: {}, headers };
      expect((await app.call('POST', `/agents/${slug}/execute`, single)).status).toBe(422);
    });

    it('are asked for by name only', async () => {
      const missing = '/agents/batch/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
      expect((await app.call('GET', missing, { token: tasks.user })).body).toMatchObject({ code: 'BATCH.NOT_FOUND' });
      expect((await app.call('GET', '/agents/batch/1', { token: tasks.user })).status).toBe(400);
    });
  });
});
