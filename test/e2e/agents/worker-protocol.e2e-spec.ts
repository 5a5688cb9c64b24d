import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

interface Leased {
  id: string;
  leaseToken: string;
  agent: string;
  attempt: number;
  input: Record<string, unknown>;
  timeoutMs: number;
}

interface Heartbeat {
  extended: string[];
  lost: string[];
  cancel: string[];
}

describe('the worker protocol', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let key: string;
  let workerId: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    key = await keyFor('API_USER');
    workerId = await register(key);
  });
  afterAll(() => app.close());

  const keyFor = async (role: 'API_USER' | 'DEVELOPER', agents?: string[]): Promise<string> => {
    const body = { name: 'worker', agents };
    const answer = await app.call<{ key: string }>('POST', '/auth/api-keys', { token: await app.tokenFor(role), body });
    expect(answer.status).toBe(201);
    return answer.body.key;
  };
  const post = <T = Record<string, unknown>>(route: string, body: unknown, apiKey = key): Promise<Answer<T>> =>
    app.call<T>('POST', route, { apiKey, body });
  const register = async (apiKey: string, agents: string[] = []): Promise<string> => {
    const { body } = await post<{ workerId: string; heartbeatMs: number }>('/workers', { name: 'w', agents }, apiKey);
    expect(body).toEqual({ workerId: expect.any(String), heartbeatMs: 10_000 });
    return body.workerId;
  };
  const worker = (settings = {}): Promise<string> => tasks.agent({ kind: 'worker', ...settings });
  const lease = async (slug: string, more = {}): Promise<Leased[]> => {
    const { status, body } = await post<{ tasks: Leased[] } | undefined>('/leases', {
      workerId,
      agents: [slug],
      ...more,
    });
    expect([200, 204]).toContain(status);
    return body?.tasks ?? [];
  };
  const leaseOne = async (slug: string): Promise<Leased> => {
    const [task] = await lease(slug);
    if (!task) throw new Error('Nothing to lease');
    return task;
  };
  const heartbeat = async (leases: unknown[]): Promise<Heartbeat> =>
    (await post<Heartbeat>(`/workers/${workerId}/heartbeat`, { leases })).body;
  const stateOf = async (id: string): Promise<Record<string, unknown>> => {
    const [row] = await app.get(Database).query('SELECT * FROM agent_task WHERE id = $1', [id]);
    return row ?? {};
  };

  it('hands out a task, hears of it, and records its result once', async () => {
    const slug = await worker();
    const { body } = await tasks.execute(slug, { taskDescription: 'Do it', parameters: { a: 1 }, timeoutSeconds: 60 });
    const task = await leaseOne(slug);
    expect(task).toMatchObject({ id: body.id, agent: slug, attempt: 1, input: { a: 1 }, taskDescription: 'Do it' });
    expect(task.timeoutMs).toBe(60_000);
    expect(await lease(slug)).toEqual([]);
    expect(await stateOf(task.id)).toMatchObject({ state: 'leased' });
    const held = { id: task.id, leaseToken: task.leaseToken, progress: { done: 1 } };
    expect(await heartbeat([held])).toEqual({ extended: [task.id], lost: [], cancel: [] });
    expect(await tasks.read(task.id)).toMatchObject({ state: 'running', progress: { done: 1 } });
    const result = {
      leaseToken: task.leaseToken,
      output: { sum: 3 },
      usage: { tokensIn: 10, tokensOut: 5, cost: '0.25' },
    };
    const complete = () => post(`/tasks/${task.id}/complete`, result);
    expect(await complete()).toMatchObject({ status: 200, body: { next: null } });
    expect(await complete()).toMatchObject({ status: 200 });
    expect(await tasks.read(task.id)).toMatchObject({
      state: 'succeeded',
      output: { sum: 3 },
      tokensIn: 10,
      tokensOut: 5,
      cost: '0.25',
    });
    expect(
      (await post(`/tasks/${task.id}/fail`, { leaseToken: task.leaseToken, error: { message: 'x' } })).body,
    ).toMatchObject({ status: 409, code: 'TASK.LEASE_LOST' });
    expect(await tasks.eventTypes(task.id)).toEqual(['queued', 'started', 'succeeded']);
  });

  it('wakes a waiting worker when work comes', async () => {
    const slug = await worker();
    const waiting = lease(slug, { waitMs: 30_000 });
    await sleep(200);
    const { body } = await tasks.execute(slug);
    expect((await waiting)[0]?.id).toBe(body.id);
    expect(await lease(slug, { waitMs: 200 })).toEqual([]);
  });

  it('completes and leases the next in one call, and many in one call', async () => {
    const slug = await worker({ concurrency: 10 });
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push((await tasks.execute(slug)).body.id);
    const first = await leaseOne(slug);
    const completed = await post<{ next: Leased }>(`/tasks/${first.id}/complete?next=1`, {
      leaseToken: first.leaseToken,
    });
    expect(completed.body.next.id).toBe(ids[1]);
    const rest = [completed.body.next, ...(await lease(slug, { max: 100 }))];
    expect(rest).toHaveLength(3);
    const results = rest.map(({ id, leaseToken }, n) => ({ id, leaseToken, output: n }));
    const stale = { id: first.id, leaseToken: randomUUID(), output: 1 };
    const { body } = await post('/tasks/complete', { results: [...results, stale] });
    expect(body).toEqual({ completed: rest.map(({ id }) => id), lost: [first.id] });
    expect(await stateOf(rest[2]?.id ?? '')).toMatchObject({ state: 'succeeded', output: 2 });
  });

  it('repeats what failed, with the wait that was asked for, and buries what cannot be mended', async () => {
    const slug = await worker();
    const { body } = await tasks.execute(slug);
    const first = await leaseOne(slug);
    const error = { code: 'BUSY', message: 'Later' };
    const failure = { leaseToken: first.leaseToken, error, retryAfterMs: 2_000, usage: { tokensIn: 7, cost: '0.1' } };
    expect((await post(`/tasks/${first.id}/fail`, failure)).status).toBe(204);
    expect((await post(`/tasks/${first.id}/fail`, failure)).status).toBe(204);
    expect(await lease(slug)).toEqual([]);
    const [second] = await lease(slug, { waitMs: 5_000 });
    expect(second).toMatchObject({ id: body.id, attempt: 2 });
    const final = { leaseToken: second?.leaseToken, error, retryable: false, usage: { tokensIn: 3, cost: '0.1' } };
    expect((await post(`/tasks/${body.id}/fail`, final)).status).toBe(204);
    expect(await tasks.read(body.id)).toMatchObject({ state: 'failed', error, tokensIn: 10, cost: '0.20' });
    const summary = await app
      .get(Database)
      .query<{ tokens: string }>(
        'SELECT sum(s.tokens) AS tokens FROM agent_statistic s JOIN agent a ON a.id = s.agent_id WHERE a.slug = $1',
        [slug],
      );
    expect(summary).toEqual([{ tokens: '10' }]);
  });

  it('takes a task back unharmed', async () => {
    const slug = await worker();
    await tasks.execute(slug);
    const first = await leaseOne(slug);
    const release = () => post(`/tasks/${first.id}/release`, { leaseToken: first.leaseToken });
    expect((await release()).status).toBe(204);
    expect((await release()).status).toBe(204);
    expect(await leaseOne(slug)).toMatchObject({ id: first.id, attempt: 1 });
    expect((await release()).body).toMatchObject({ status: 409, code: 'TASK.LEASE_LOST' });
  });

  it('refuses everything of a worker that lost its lease', async () => {
    const slug = await worker({ concurrency: 2 });
    await tasks.execute(slug);
    const stale = await leaseOne(slug);
    await app
      .get(Database)
      .execute(`UPDATE agent_task SET lease_expires_at = now() - interval '1 s' WHERE id = $1`, [stale.id]);
    const [fresh] = await lease(slug, { waitMs: 5_000 });
    expect(fresh).toMatchObject({ id: stale.id, attempt: 2 });
    const { leaseToken } = stale;
    for (const [route, body] of [
      ['complete', { output: 1 }],
      ['fail', { error: { message: 'x' } }],
      ['release', {}],
      ['events', { seq: 1, type: 'x' }],
    ] as const) {
      expect((await post(`/tasks/${stale.id}/${route}`, { leaseToken, ...body })).body).toMatchObject({
        status: 409,
        code: 'TASK.LEASE_LOST',
      });
    }
    expect(await heartbeat([{ id: stale.id, leaseToken }])).toMatchObject({ lost: [stale.id] });
    expect((await post(`/tasks/${stale.id}/complete`, { leaseToken: fresh?.leaseToken, output: 2 })).status).toBe(200);
    expect(await stateOf(stale.id)).toMatchObject({ state: 'succeeded', output: 2 });
  });

  it('ends an attempt whose time is over, whatever its worker says, and counts what it consumed', async () => {
    const slug = await worker({ retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 } });
    await tasks.execute(slug, { timeoutSeconds: 2 });
    const { id, leaseToken } = await leaseOne(slug);
    const usage = { tokensIn: 4, tokensOut: 1, cost: '0.01' };
    expect((await heartbeat([{ id, leaseToken, usage }])).extended).toEqual([id]);
    await tasks.until(id, 'dead');
    expect(await tasks.read(id)).toMatchObject({ error: { code: 'AGENT.TIMEOUT' }, tokensIn: 4, cost: '0.01' });
  });

  it('tells a worker at its next heartbeat what to stop', async () => {
    const slug = await worker();
    const { body } = await tasks.execute(slug);
    const { leaseToken } = await leaseOne(slug);
    await app.call('POST', `/tasks/${body.id}/cancel`, { token: tasks.user });
    expect(await heartbeat([{ id: body.id, leaseToken }])).toEqual({
      extended: [body.id],
      lost: [],
      cancel: [body.id],
    });
    expect((await tasks.read(body.id)).cancelAcknowledgedAt).toEqual(expect.any(String));
    expect((await post(`/tasks/${body.id}/release`, { leaseToken })).status).toBe(204);
    expect(await stateOf(body.id)).toMatchObject({ state: 'cancelled' });
  });

  it('records what workers tell, once, and apart from what we say', async () => {
    const slug = await worker();
    await tasks.execute(slug);
    const { id, leaseToken } = await leaseOne(slug);
    const tell = (seq: number, type: string) => post(`/tasks/${id}/events`, { leaseToken, seq, type, data: { seq } });
    for (const [seq, type] of [
      [1, 'page'],
      [2, 'succeeded'],
      [2, 'succeeded'],
      [1, 'page'],
    ] as const) {
      expect((await tell(seq, type)).status).toBe(204);
    }
    expect(await tasks.eventTypes(id)).toEqual(['queued', 'started', 'agent.page', 'agent.succeeded']);
    expect((await tell(3, 'NOT A WORD')).status).toBe(422);
  });

  it('keeps to the cap of an agent over many workers', async () => {
    const slug = await worker({ concurrency: 3 });
    for (let i = 0; i < 6; i++) await tasks.execute(slug);
    const leased = await Promise.all(Array.from({ length: 8 }, () => lease(slug, { max: 2 })));
    // Calls that ran into each other may have found the agent taken.
    leased.push(await lease(slug, { max: 10 }));
    expect(leased.flat()).toHaveLength(3);
    expect(await lease(slug, { max: 10 })).toEqual([]);
  });

  it('leases no more than the role and the key allow', async () => {
    const [open, closed] = [await worker(), await worker({ minimumRole: 'DEVELOPER' })];
    for (const slug of [open, closed]) await tasks.execute(slug, {}, '', tasks.admin);
    const all = async (apiKey: string): Promise<string[]> => {
      const id = await register(apiKey);
      const { body } = await post<{ tasks: Leased[] } | undefined>('/leases', { workerId: id, max: 100 }, apiKey);
      for (const { id: taskId, leaseToken } of body?.tasks ?? [])
        await post(`/tasks/${taskId}/release`, { leaseToken }, apiKey);
      return (body?.tasks ?? []).map(({ agent }) => agent);
    };
    const bound = await keyFor('DEVELOPER', [closed]);
    expect(await all(bound)).toEqual([closed]);
    expect(await all(key)).not.toContain(closed);
    expect(await all(await keyFor('DEVELOPER'))).toEqual(expect.arrayContaining([open, closed]));
    for (const [slug, apiKey] of [
      [open, bound],
      [closed, key],
      ['scanner', key],
      ['nobody', key],
    ] as const) {
      expect((await post('/workers', { name: 'w', agents: [slug] }, apiKey)).body).toMatchObject({
        status: 403,
        code: 'AGENT.NOT_LEASABLE',
      });
    }
    // Nor does the token that the key is exchanged for.
    const id = Buffer.from(bound.slice(4), 'base64url').subarray(0, 16).toString('hex');
    const clientId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const { body } = await app.call<{ access_token: string }>('POST', '/oauth/token', {
      body: new URLSearchParams({ grant_type: 'client_credentials' }).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${clientId}:${bound}`).toString('base64')}`,
      },
    });
    const denied = await app.call('POST', '/workers', {
      token: body.access_token,
      body: { name: 'w', agents: [open] },
    });
    expect(denied.body).toMatchObject({ status: 403, code: 'AGENT.NOT_LEASABLE' });
  });

  it('belongs to whoever registered it', async () => {
    const stranger = await keyFor('DEVELOPER');
    expect((await post('/leases', { workerId }, stranger)).body).toMatchObject({
      status: 404,
      code: 'WORKER.NOT_FOUND',
    });
    expect((await post(`/workers/${workerId}/heartbeat`, { leases: [] }, stranger)).status).toBe(404);
  });

  it('shows an agent as offline whose workers have gone', async () => {
    const slug = await worker();
    await lease(slug);
    const health = async () => (await app.call('GET', `/agents/${slug}/health`, { token: tasks.admin })).body;
    expect(await health()).toMatchObject({ status: 'initializing', lastSeenAt: expect.any(String) });
    await app
      .get(Database)
      .execute(`UPDATE agent_runtime SET worker_seen_at = now() - interval '61 s' WHERE worker_seen_at IS NOT NULL`);
    expect(await health()).toMatchObject({ status: 'offline' });
  });

  it('is not slowed by the limit on requests', async () => {
    const slug = await worker();
    const body = { workerId, agents: [slug] };
    expect((await post('/leases', body)).headers.get('x-ratelimit-limit')).toBeNull();
    expect((await app.call('GET', '/tasks', { apiKey: key })).headers.get('x-ratelimit-limit')).not.toBeNull();
  });

  it.each([
    ['/workers', {}],
    ['/workers', { name: 'w', slots: 0 }],
    ['/leases', {}],
    ['/leases', { workerId: 'x' }],
    ['/leases', { workerId: randomUUID(), waitMs: 30_001 }],
    ['/leases', { workerId: randomUUID(), leaseMs: 4_999 }],
    ['/leases', { workerId: randomUUID(), max: 1001 }],
    [`/tasks/${randomUUID()}/complete`, {}],
    [`/tasks/${randomUUID()}/complete`, { leaseToken: randomUUID(), usage: { cost: '-1' } }],
    [`/tasks/${randomUUID()}/fail`, { leaseToken: randomUUID() }],
    ['/tasks/complete', { results: [] }],
  ])('refuses %s %j', async (route, body) => {
    expect((await post(route, body)).status).toBe(422);
  });
});
