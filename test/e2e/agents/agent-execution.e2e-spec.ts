import { setTimeout as sleep } from 'node:timers/promises';
import { AgentReadService, AttemptFailedException, InternalAgentService, type InternalTask } from '#agents';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface TaskBody {
  id: string;
  state: string;
  attempt: number;
  output?: Record<string, unknown>;
  error?: { code: string };
  cancelRequestedAt?: string;
  cancelAcknowledgedAt?: string;
  stoppedAt?: string;
}

describe('agent execution', () => {
  let app: TestApp;
  let admin: string;
  let user: string;
  let handle: (task: InternalTask, signal: AbortSignal) => Promise<unknown> = () => Promise.resolve(null);

  beforeAll(async () => {
    app = await startTestApp();
    [admin, user] = [await app.tokenFor('ADMIN'), await app.tokenFor('API_USER')];
    app.get(InternalAgentService).register('test-handler', { run: (task, signal) => handle(task, signal) });
  });
  afterAll(() => app.close());

  let made = 0;
  const agentWith = async (settings: Record<string, unknown> = {}): Promise<string> => {
    const slug = `internal-${++made}`;
    const { status } = await app.call('POST', '/agents', {
      token: admin,
      body: {
        slug,
        name: slug,
        category: 'tests',
        kind: 'internal',
        config: { handler: 'test-handler' },
        retryPolicy: { maxAttempts: 3, initialDelayMs: 10, maxDelayMs: 20 },
        ...settings,
      },
    });
    expect(status).toBe(201);
    return slug;
  };
  const execute = (slug: string, body: unknown = {}, query = '', headers = {}) =>
    app.call<TaskBody>('POST', `/agents/${slug}/execute${query}`, { token: user, body, headers });
  const read = async (id: string): Promise<TaskBody> =>
    (await app.call<TaskBody>('GET', `/tasks/${id}`, { token: user })).body;
  const until = async (id: string, state: string): Promise<TaskBody> => {
    for (let i = 0; i < 300; i++) {
      const task = await read(id);
      if (task.state === state) return task;
      await sleep(20);
    }
    throw new Error(`Task did not become ${state}: ${JSON.stringify(await read(id))}`);
  };

  it('runs the performance agent out of the box', async () => {
    const { status, body } = await execute('performance', { parameters: { seconds: 1 } }, '?wait=10');
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'succeeded', output: { database: { connections: {} }, memory: {} } });
    expect(Number(body.output?.['observedMs'])).toBeGreaterThan(900);
  });

  it('runs the scanner agent out of the box', async () => {
    const { body } = await execute('scanner', {}, '?wait=10');
    const ids = (body.output?.['findings'] as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['production-mode', 'database-tls']));
  });

  it('answers 202 with the task and its address', async () => {
    handle = ({ parameters }) => Promise.resolve({ doubled: Number(parameters['n']) * 2 });
    const { status, body, headers } = await execute(await agentWith(), { parameters: { n: 21 } });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/v1/tasks/${body.id}`);
    expect(await until(body.id, 'succeeded')).toMatchObject({ output: { doubled: 42 }, attempt: 1 });
  });

  it('keeps tasks that nobody is there to run, and refuses agents that do not exist', async () => {
    expect(await execute('ecommerce', {}, '?wait=1')).toMatchObject({ status: 202, body: { state: 'queued' } });
    await app.call('POST', '/agents', {
      token: admin,
      body: {
        slug: 'model',
        name: 'm',
        category: 'ai',
        kind: 'llm',
        config: { provider: 'openai', promptTemplate: 'x' },
      },
    });
    expect(await execute('model', {}, '?wait=1')).toMatchObject({ status: 202, body: { state: 'queued' } });
    expect(await execute('nobody')).toMatchObject({ status: 404, body: { code: 'AGENT.NOT_FOUND' } });
  });

  it('asks for the role of the agent', async () => {
    expect((await execute('fixer')).body).toMatchObject({ status: 403, code: 'AGENT.ROLE_REQUIRED' });
    const token = await app.tokenFor('READ_ONLY');
    expect((await app.call('POST', '/agents/scanner/execute', { token, body: {} })).status).toBe(403);
    const developer = await app.tokenFor('DEVELOPER');
    expect((await app.call('POST', '/agents/fixer/execute', { token: developer, body: {} })).status).toBe(202);
  });

  it('makes one task of many requests with one key, in header or body', async () => {
    const slug = await agentWith();
    const body = { parameters: { b: 1, a: 2 } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? execute(slug, body, '', { 'idempotency-key': 'race-1' })
          : execute(slug, { ...body, idempotencyKey: 'race-1' }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(19);
    const { body: page } = await app.call<{ items: unknown[] }>('GET', `/tasks?agent=${slug}`, { token: user });
    expect(page.items).toHaveLength(1);
    const other = await execute(slug, { parameters: { a: 3 }, priority: 6 }, '', { 'idempotency-key': 'race-1' });
    expect(other).toMatchObject({ status: 422, body: { code: 'TASK.IDEMPOTENCY_KEY_REUSED' } });
    expect(other.text).toContain('parameters, priority');
  });

  it('tries again after failures, and buries what never succeeds', async () => {
    const slug = await agentWith();
    handle = ({ attempt }) => (attempt < 3 ? Promise.reject(new Error('flaky')) : Promise.resolve('well'));
    expect(await execute(slug, {}, '?wait=15')).toMatchObject({
      status: 200,
      body: { state: 'succeeded', attempt: 3 },
    });
    handle = () => Promise.reject(new Error('internal words'));
    const { body, text } = await execute(slug, {}, '?wait=15');
    expect(body).toMatchObject({ state: 'dead', attempt: 3, error: { code: 'AGENT.EXECUTION_FAILED' } });
    expect(text).not.toContain('internal words');
    handle = () => Promise.resolve('after all');
    expect((await app.call('POST', `/tasks/${body.id}/retry`, { token: user })).status).toBe(200);
    expect(await until(body.id, 'succeeded')).toMatchObject({ attempt: 1 });
    expect((await app.call('POST', `/tasks/${body.id}/retry`, { token: user })).status).toBe(409);
  });

  it('does not repeat what repeating cannot mend, nor hold it against the agent', async () => {
    handle = () =>
      Promise.reject(new AttemptFailedException('TEST.NO', 'No', { retryable: false, blame: 'elsewhere' }));
    const slug = await agentWith();
    for (let i = 0; i < 6; i++) await execute(slug, {}, '?wait=5');
    const { body } = await execute(slug, {}, '?wait=5');
    expect(body).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'TEST.NO', message: 'No' } });
    const health = await app.call('GET', `/agents/${slug}/health`, { token: user });
    expect(health.body).toMatchObject({ circuitBreaker: { state: 'closed' }, errorCount: 7 });
  });

  it('opens the circuit after five failures', async () => {
    handle = () => Promise.reject(new Error('down'));
    const slug = await agentWith({ retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 } });
    for (let i = 0; i < 5; i++) await execute(slug, {}, '?wait=5');
    handle = () => Promise.resolve('up');
    const { status, body } = await execute(slug, {}, '?wait=2');
    expect({ status, state: body.state }).toEqual({ status: 202, state: 'queued' });
    const health = await app.call('GET', `/agents/${slug}/health`, { token: user });
    expect(health.body).toMatchObject({ status: 'failed', circuitBreaker: { state: 'open', failureCount: 5 } });
    await app
      .get(Database)
      .execute('UPDATE agent_runtime SET circuit_open_until = now() WHERE circuit_open_until IS NOT NULL');
    await until(body.id, 'succeeded');
    const after = await app.call('GET', `/agents/${slug}/health`, { token: user });
    expect(after.body).toMatchObject({ circuitBreaker: { state: 'closed', failureCount: 0 } });
  });

  it('stops an attempt that takes too long', async () => {
    handle = (_task, signal) => sleep(60_000, undefined, { signal });
    const slug = await agentWith({ retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 } });
    const { body } = await execute(slug, { timeoutSeconds: 1 }, '?wait=10');
    expect(body).toMatchObject({ state: 'dead', error: { code: 'AGENT.TIMEOUT' } });
  });

  it('gives up on a handler that does not stop', async () => {
    handle = () => new Promise(() => undefined);
    const slug = await agentWith({ retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 } });
    const { body } = await execute(slug, { timeoutSeconds: 1 }, '?wait=10');
    expect(body).toMatchObject({ state: 'dead', error: { code: 'AGENT.TIMEOUT' } });
  });

  it('tells a running handler within 50 ms that it is cancelled', async () => {
    let [startedAt, abortedAt] = [0, 0];
    handle = (_task, signal) => {
      startedAt = performance.now();
      signal.addEventListener('abort', () => (abortedAt = performance.now()));
      return sleep(60_000, undefined, { signal });
    };
    const { body } = await execute(await agentWith());
    await until(body.id, 'running');
    while (startedAt === 0) await sleep(5);
    const askedAt = performance.now();
    const cancelled = await app.call<TaskBody>('POST', `/tasks/${body.id}/cancel`, { token: user });
    const answeredAt = performance.now();
    expect(cancelled.status).toBe(200);
    const task = await until(body.id, 'cancelled');
    expect(abortedAt).toBeGreaterThan(askedAt);
    expect(abortedAt - answeredAt).toBeLessThan(50);
    // When the handler was told is written before the end.
    expect(Object.keys(task)).toEqual(
      expect.arrayContaining(['cancelRequestedAt', 'cancelAcknowledgedAt', 'stoppedAt']),
    );
  });

  it('cancels a waiting task at once, and only for its maker or a DEVELOPER', async () => {
    const { body } = await execute('inventory');
    const stranger = await app.tokenFor('API_USER');
    expect(stranger).toBe(user);
    const mine = await app.call<TaskBody>('POST', `/agents/inventory/execute`, { token: admin, body: {} });
    expect((await app.call('POST', `/tasks/${mine.body.id}/cancel`, { token: user })).body).toMatchObject({
      status: 404,
      code: 'TASK.NOT_FOUND',
    });
    const cancelled = await app.call<TaskBody>('POST', `/tasks/${body.id}/cancel`, { token: user });
    expect(cancelled.body.state).toBe('cancelled');
    expect((await app.call('POST', `/tasks/${body.id}/cancel`, { token: user })).status).toBe(200);
    expect((await app.call('POST', `/tasks/${mine.body.id}/cancel`, { token: admin })).status).toBe(200);
  });

  it('serves the urgent first and waits for the time of a task', async () => {
    const order: unknown[] = [];
    handle = ({ parameters }) => Promise.resolve(order.push(parameters['name']));
    const slug = await agentWith({ concurrency: 1 });
    await app.call('POST', `/agents/${slug}/pause`, { token: admin });
    const ids: string[] = [];
    for (const [name, priority] of [
      ['low', 1],
      ['usual', 5],
      ['urgent', 10],
    ] as const) {
      ids.push((await execute(slug, { priority, parameters: { name } })).body.id);
    }
    const later = await execute(slug, { runAt: new Date(Date.now() + 2_000).toISOString(), priority: 10 });
    await app.call('POST', `/agents/${slug}/resume`, { token: admin });
    for (const id of ids) await until(id, 'succeeded');
    expect(order).toEqual(['urgent', 'usual', 'low']);
    expect((await read(later.body.id)).state).toBe('queued');
    await until(later.body.id, 'succeeded');
  });

  it('holds to the rate limit of an agent', async () => {
    handle = () => Promise.resolve(1);
    const slug = await agentWith({ rateLimit: { limit: 2, windowSeconds: 3600 } });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await execute(slug)).body.id);
    await sleep(2_500);
    const states = await Promise.all(ids.map(async (id) => (await read(id)).state));
    expect(states.filter((state) => state === 'succeeded')).toHaveLength(2);
    expect(states.filter((state) => state === 'queued')).toHaveLength(3);
  });

  it('refuses output that cannot be kept', async () => {
    handle = () => Promise.resolve({ text: 'a\0b' });
    const { body } = await execute(await agentWith(), {}, '?wait=5');
    expect(body).toMatchObject({ state: 'failed', error: { code: 'AGENT.BAD_OUTPUT' } });
  });

  it('serves the dashboard from counters', async () => {
    const reads = app.get(AgentReadService);
    const status = (await reads.statuses()).find(({ agentId }) => agentId === 'performance');
    expect(status).toMatchObject({ status: 'healthy', tasksCompleted: 1, tasksPending: 0, performanceScore: 1 });
    expect((await reads.statuses()).find(({ agentId }) => agentId === 'voice-audio')?.performanceScore).toBeNull();
    const { depth, oldestQueuedSeconds } = await reads.queue();
    const [row] = await app
      .get(Database)
      .query<{ n: string }>(`SELECT count(*) AS n FROM agent_task WHERE state = 'queued'`);
    expect(depth).toBe(Number(row?.n));
    expect(oldestQueuedSeconds).toBeGreaterThan(0);
    const recent = await reads.recentTasks(5);
    expect(recent).toHaveLength(5);
    expect(recent[0]?.finishedAt.getTime()).toBeGreaterThanOrEqual(recent[4]?.finishedAt.getTime() ?? Infinity);
  });

  it.each([
    ['a list for parameters', { parameters: [] }],
    ['a text for parameters', { parameters: 'x' }],
    ['a number out of range', '{"parameters":{"n":1e400}}'],
    ['priority 0', { priority: 0 }],
    ['priority 11', { priority: 11 }],
    ['a huge priority', { priority: 1e300 }],
    ['a text for a priority', { priority: '5' }],
    ['a timeout of a day and a second', { timeoutSeconds: 86_401 }],
    ['an empty description', { taskDescription: '' }],
    ['too long a description', { taskDescription: 'x'.repeat(5001) }],
    ['an object for a description', { taskDescription: {} }],
    ['a day that does not exist', { runAt: '2027-02-30T00:00:00Z' }],
    ['a time without a zone', { runAt: '2027-02-20T00:00:00' }],
    ['a time in another form', { runAt: 1 }],
    ['an unknown field', { securityLevel: 'low' }],
    ['a blank in a key', { idempotencyKey: 'a b' }],
    ['nesting', { parameters: { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: 1 } } } } } } } } } } }],
    ['a NUL', { parameters: { a: '\0' } }],
    ['a lone surrogate', '{"parameters":{"a":"\\ud800"}}'],
    ['__proto__', '{"parameters":{"__proto__":{}}}'],
  ])('refuses %s', async (_name, body) => {
    expect((await execute('scanner', body)).status).toBe(422);
  });

  it.each([
    ['POST', '/agents/scanner/execute?wait=31', 422],
    ['POST', '/agents/scanner/execute?wait=x', 422],
    ['POST', '/agents/%00/execute', 422],
    ['GET', '/tasks/1', 400],
    ['GET', '/tasks/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00', 404],
    ['GET', '/tasks?state=gone', 422],
    ['GET', '/tasks?cursor=AAAA', 400],
    ['GET', '/tasks?batchId=1', 422],
    ['POST', '/tasks/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00/cancel', 404],
  ])('answers %s %s with %i', async (method, route, status) => {
    const body = method === 'POST' ? {} : undefined;
    expect((await app.call(method, route, { token: user, body })).status).toBe(status);
  });

  it('refuses parameters beyond 1 MB', async () => {
    expect((await execute('scanner', { parameters: { a: 'x'.repeat(1024 * 1024) } })).body).toMatchObject({
      status: 413,
      code: 'TASK.PARAMETERS_TOO_LARGE',
    });
  });
});
