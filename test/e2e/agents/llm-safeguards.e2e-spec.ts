import { createServer, type Server, type ServerResponse } from 'node:http';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

describe('the safeguards of language models', () => {
  let server: Server;
  let url: string;
  let calls: number;
  let reply: (answer: ServerResponse) => void;
  let open: TestApp[];

  beforeAll(async () => {
    server = createServer((request, answer) => {
      request.resume();
      request.on('end', () => {
        calls += 1;
        reply(answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/v1`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    [calls, open] = [0, []];
    reply = (answer) => {
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(ANSWER));
    };
  });
  afterEach(async () => {
    for (const app of open.reverse()) await app.close();
  });

  const start = async (env: Record<string, string>, shared?: TestApp): Promise<TestApp> => {
    const app = await startTestApp({ OPENAI_API_KEY: 'a-key', OPENAI_BASE_URL: url, ...env }, shared);
    open.push(app);
    return app;
  };
  const agent = (tasks: AgentTasks, settings: Record<string, unknown> = {}): Promise<string> =>
    tasks.agent({
      kind: 'llm',
      concurrency: 20,
      config: { provider: 'openai', model: 'gpt-4o', promptTemplate: 'Say hello' },
      retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 },
      ...settings,
    });
  const run = async (tasks: AgentTasks, slug: string, wait = 10): Promise<TaskBody> =>
    (await tasks.execute(slug, {}, `?wait=${wait}`)).body;
  const states = async (tasks: AgentTasks, slug: string, count: number): Promise<string[]> => {
    const bodies: TaskBody[] = [];
    for (let n = 0; n < count; n++) bodies.push(await run(tasks, slug));
    return bodies.map(({ state }) => state);
  };
  const usedOf = async (app: TestApp): Promise<number> =>
    Number(
      (await app.get(Database).query<{ n: string }>('SELECT sum(used) AS n FROM agent_consequential_hour'))[0]?.n ?? 0,
    );

  it('put what exceeds the hour to a person, exactly, whichever replica runs it', async () => {
    const env = { OPENAI_MAX_CONSEQUENTIAL_PER_HOUR: '5' };
    const app = await start(env);
    const replica = await start(env, app);
    const tasks = await AgentTasks.on(app);
    tasks.serve(replica);
    const slug = await agent(tasks);
    const made = await Promise.all(Array.from({ length: 12 }, () => tasks.execute(slug)));
    const ended = await Promise.all(made.map(({ body }) => tasks.until(body.id, 'succeeded', 'waiting_approval')));
    expect(calls).toBe(5);
    const waiting = ended.filter(({ state }) => state === 'waiting_approval');
    expect(waiting).toHaveLength(7);
    const [{ id } = { id: '' }] = waiting;
    expect(waiting.map(({ attempt }) => attempt)).toEqual(waiting.map(() => 0));
    expect(await tasks.eventTypes(id)).toEqual(['queued', 'started', 'released', 'approval_required']);
    const why = await app.call('GET', `/tasks/${id}/why`, { token: tasks.user });
    expect(why.body).toMatchObject({ state: 'waiting_approval', reason: 'rate_limit' });
    expect((await app.call('POST', `/tasks/${id}/approve`, { token: tasks.admin })).status).toBe(200);
    expect(await tasks.until(id, 'succeeded')).toMatchObject({ attempt: 1 });
    expect([calls, await usedOf(app)]).toEqual([6, 6]);
  });

  it('moderate: put it off to the next hour, at no cost of an attempt', async () => {
    const app = await start({ OPENAI_MAX_CONSEQUENTIAL_PER_HOUR: '1', OPENAI_SAFEGUARD_LEVEL: 'moderate' });
    const tasks = await AgentTasks.on(app);
    const slug = await agent(tasks);
    expect((await run(tasks, slug)).state).toBe('succeeded');
    const { body } = await tasks.execute(slug);
    for (let i = 0; i < 200 && !(await tasks.eventTypes(body.id)).includes('released'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await tasks.read(body.id)).toMatchObject({ state: 'queued', attempt: 0 });
    const database = app.get(Database);
    const [due] = await database.query<{ late: number }>(
      `SELECT extract(epoch FROM run_at - date_trunc('hour', now(), 'UTC') - interval '1 hour')::float8 AS late
       FROM agent_task WHERE id = $1`,
      [body.id],
    );
    expect(due?.late).toBeGreaterThanOrEqual(0);
    expect(due?.late).toBeLessThan(10);
    expect(calls).toBe(1);
    await database.execute(`UPDATE agent_consequential_hour SET hour = hour - interval '1 hour'`);
    await database.execute('UPDATE agent_task SET run_at = now(), rank_at = now() WHERE id = $1', [body.id]);
    expect(await tasks.until(body.id, 'succeeded')).toMatchObject({ attempt: 1 });
  });

  it.each<[string, Record<string, string>, number]>([
    ['permissive: go on, and count', { OPENAI_SAFEGUARD_LEVEL: 'permissive' }, 3],
    ['count nothing that is not consequential', { OPENAI_IS_CONSEQUENTIAL: 'false' }, 0],
    ['keep no limit when they are off', { OPENAI_ENABLE_SAFEGUARDS: 'false' }, 0],
  ])('%s', async (_name, env, used) => {
    const app = await start({ OPENAI_MAX_CONSEQUENTIAL_PER_HOUR: '1', ...env });
    const tasks = await AgentTasks.on(app);
    expect(await states(tasks, await agent(tasks), 3)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect([calls, await usedOf(app)]).toEqual([3, used]);
  });

  it.each([
    ['true', 'open', 5],
    ['false', 'closed', 7],
  ])('OPENAI_ENABLE_CIRCUIT_BREAKER=%s: the circuit is %s after failures in a row', async (enabled, circuit, count) => {
    reply = (answer) => answer.writeHead(503).end();
    const app = await start({ OPENAI_ENABLE_CIRCUIT_BREAKER: enabled });
    const tasks = await AgentTasks.on(app);
    const slug = await agent(tasks);
    for (let n = 0; n < 7; n++) await run(tasks, slug, n < count ? 10 : 1);
    expect(calls).toBe(count);
    const health = await app.call('GET', `/agents/${slug}/health`, { token: tasks.user });
    expect(health.body).toMatchObject({ circuitBreaker: { state: circuit, failureCount: count } });
    // Other kinds are always left alone.
    tasks.handle = () => Promise.reject(new Error('broken'));
    const internal = await tasks.agent({ retryPolicy: { maxAttempts: 5, initialDelayMs: 0, maxDelayMs: 0 } });
    expect((await run(tasks, internal)).state).toBe('dead');
    const other = await app.call('GET', `/agents/${internal}/health`, { token: tasks.user });
    expect(other.body).toMatchObject({ circuitBreaker: { state: 'open' } });
  });
});
