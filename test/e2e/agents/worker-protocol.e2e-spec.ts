import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { newKey, newPerson } from '../../support/people.js';
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
  const leaseOne = async (slug: string, more = {}): Promise<Leased> => {
    const [task] = await lease(slug, more);
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
    expect(body).toEqual({ completed: rest.map(({ id }) => id), lost: [first.id], refused: [] });
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

  it('takes a failure whatever its length, and keeps what fits', async () => {
    const slug = await worker();
    for (const [error, kept] of [
      [{ message: 'm'.repeat(1_001) }, { code: 'AGENT.EXECUTION_FAILED', message: `${'m'.repeat(999)}…` }],
      [{ message: 'm'.repeat(100_000), code: 'C'.repeat(200) }, { code: `${'C'.repeat(99)}…` }],
      [
        { message: '', code: '' },
        { code: 'AGENT.EXECUTION_FAILED', message: 'The agent gave no reason' },
      ],
    ] as const) {
      await tasks.execute(slug);
      const { id, leaseToken } = await leaseOne(slug);
      expect((await post(`/tasks/${id}/fail`, { leaseToken, error, retryable: false })).status).toBe(204);
      expect(await tasks.read(id)).toMatchObject({ state: 'failed', error: kept });
    }
  });

  it('gives each of several results its verdict', async () => {
    const slug = await worker({ concurrency: 3 });
    for (let n = 0; n < 3; n++) await tasks.execute(slug);
    const [one, large, last] = await lease(slug, { max: 3 });
    const of = (task: Leased | undefined, output: unknown) => ({ id: task?.id, leaseToken: task?.leaseToken, output });
    const results = [of(one, 1), of(large, 'x'.repeat(10 * 2 ** 20)), { ...of(last, 3), leaseToken: randomUUID() }];
    expect((await post('/tasks/complete', { results })).body).toEqual({
      completed: [one?.id],
      lost: [last?.id],
      refused: [{ index: 1, id: large?.id, code: 'TASK.OUTPUT_TOO_LARGE', message: expect.any(String) }],
    });
    expect(await stateOf(large?.id ?? '')).toMatchObject({ state: 'leased' });
    expect((await post('/tasks/complete', { results: [of(large, 2), of(last, 3)] })).body).toEqual({
      completed: [large?.id, last?.id],
      lost: [],
      refused: [],
    });
  });

  it('gives a verdict to results that cannot be read, and records the others', async () => {
    const slug = await worker({ concurrency: 3 });
    for (let n = 0; n < 3; n++) await tasks.execute(slug);
    const [one, bad, odd] = await lease(slug, { max: 3 });
    const { body } = await post<{ completed: string[]; refused: { message: string }[] }>('/tasks/complete', {
      results: [
        { id: bad?.id, leaseToken: bad?.leaseToken, usage: { tokensIn: -5 } },
        { id: one?.id, leaseToken: one?.leaseToken, output: 1 },
        { id: 'no id', leaseToken: odd?.leaseToken, output: 1, other: 1 },
      ],
    });
    expect(body).toMatchObject({
      completed: [one?.id],
      lost: [],
      refused: [
        { index: 0, id: bad?.id, code: 'VALIDATION.FAILED' },
        { index: 2, id: '' },
      ],
    });
    expect(body.refused.map(({ message }) => message)).toEqual([
      expect.stringContaining('usage.tokensIn'),
      expect.stringContaining('other'),
    ]);
    expect((await post('/tasks/complete', { results: [{ id: one?.id }, []] })).status).toBe(422);
  });

  describe('keeps what was worked for, whatever is in it', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
    const rough = '{"text":"a\\u0000b\\ud800","__proto__":{"isAdmin":true},"constructor":1,"n":1e400,"k\\u0000":[1]}';
    const clean = { text: 'a\ufffdb\ufffd', '<…>': { isAdmin: true }, constructor: 1, n: '<…>', 'k\ufffd': [1] };
    const send = (route: string, body: string) =>
      fetch(`${app.url}/api/v1${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body,
      });

    it('in a result', async () => {
      const slug = await worker();
      await tasks.execute(slug);
      const { id, leaseToken } = await leaseOne(slug);
      const answer = await send(`/tasks/${id}/complete`, `{"leaseToken":"${leaseToken}","output":${rough}}`);
      expect(answer.status).toBe(200);
      expect(await tasks.read(id)).toMatchObject({ state: 'succeeded', output: clean });
    });

    it('in several, of which one is too deep', async () => {
      const slug = await worker({ concurrency: 2 });
      for (let n = 0; n < 2; n++) await tasks.execute(slug);
      const [one, other] = await lease(slug, { max: 2 });
      const result = (task: Leased | undefined, output: string): string =>
        `{"id":"${task?.id}","leaseToken":"${task?.leaseToken}","output":${output}}`;
      const body = `{"results":[${result(one, rough)},${result(other, JSON.stringify(deep(200)))}]}`;
      expect(await (await send('/tasks/complete', body)).json()).toMatchObject({ completed: [one?.id, other?.id] });
      expect(await tasks.read(one?.id ?? '')).toMatchObject({ output: clean });
      expect(JSON.stringify((await tasks.read(other?.id ?? '')).output)).toContain('<…>');
    });

    it('in a failure, an event and a progress', async () => {
      const slug = await worker();
      await tasks.execute(slug);
      const { id, leaseToken } = await leaseOne(slug);
      const event = `{"leaseToken":"${leaseToken}","seq":1,"type":"page","data":${rough}}`;
      expect((await send(`/tasks/${id}/events`, event)).status).toBe(204);
      const beat = `{"leases":[{"id":"${id}","leaseToken":"${leaseToken}","progress":${rough}}]}`;
      expect((await send(`/workers/${workerId}/heartbeat`, beat)).status).toBe(200);
      expect(await tasks.read(id)).toMatchObject({ progress: clean });
      const failure = `{"leaseToken":"${leaseToken}","error":{"message":"m\\u0000\\ud800"},"retryable":false}`;
      expect((await send(`/tasks/${id}/fail`, failure)).status).toBe(204);
      expect(await tasks.read(id)).toMatchObject({ state: 'failed', error: { message: 'm\ufffd\ufffd' } });
    });
  });

  it('shows large results one by one, not in lists', async () => {
    const slug = await worker({ concurrency: 3 });
    const operations = Array.from({ length: 3 }, () => ({ agent: slug, parameters: { text: 'p'.repeat(20_000) } }));
    const batch = await app.call<{ batchId: string }>('POST', '/agents/batch', {
      token: tasks.user,
      body: { operations },
    });
    const leased = await lease(slug, { max: 3 });
    for (const { id, leaseToken } of leased) {
      const answer = await post(`/tasks/${id}/complete`, { leaseToken, output: 'x'.repeat(3.5 * 2 ** 20) });
      expect(answer.status).toBe(200);
    }
    const list = await app.call<{ items: object[] }>('GET', `/tasks?agent=${slug}`, { token: tasks.user });
    expect(list.text.length).toBeLessThan(10_000);
    for (const field of ['parameters', 'output']) expect(list.body.items[0]).not.toHaveProperty(field);
    const { id } = leased[0] ?? {};
    expect(((await tasks.read(id ?? '')).output as string).length).toBe(3.5 * 2 ** 20);
    const results = await app.call<{ results: { output?: string; isLeftOut?: boolean }[] }>(
      'GET',
      `/agents/batch/${batch.body.batchId}`,
      { token: tasks.user },
    );
    expect(results.text.length).toBeLessThan(9 * 2 ** 20);
    expect(results.body.results.map(({ output, isLeftOut }) => [output?.length, isLeftOut])).toEqual([
      [3.5 * 2 ** 20, undefined],
      [3.5 * 2 ** 20, undefined],
      [undefined, true],
    ]);
  });

  describe('bounds what workers tell', () => {
    const LARGEST = 16 * 1024;
    const text = (bytes: number): string => 'x'.repeat(bytes);

    it('in an event', async () => {
      const slug = await worker();
      await tasks.execute(slug);
      const { id, leaseToken } = await leaseOne(slug);
      const tell = (seq: number, data: object) => post(`/tasks/${id}/events`, { leaseToken, seq, type: 'page', data });
      expect((await tell(1, { a: text(LARGEST - 8) })).status).toBe(204);
      for (const data of [{ a: text(LARGEST - 7) }, { a: text(8 * 2 ** 20) }]) {
        const answer = await tell(2, data);
        expect(answer.body).toMatchObject({ status: 413, code: 'TASK.REPORT_TOO_LARGE' });
        expect(answer.body['detail']).toContain('data');
        expect(answer.body['detail']).toContain(String(LARGEST));
      }
      expect(await tasks.eventTypes(id)).toEqual(['queued', 'started', 'agent.page']);
      expect((await post(`/tasks/${id}/complete`, { leaseToken })).status).toBe(200);
    });

    it('in a progress, which names the lease, and extends none of them', async () => {
      const slug = await worker({ concurrency: 2 });
      for (let n = 0; n < 2; n++) await tasks.execute(slug);
      const [one, other] = await lease(slug, { max: 2 });
      const held = (progresses: unknown[]) =>
        [one, other].map((task, n) => ({ id: task?.id, leaseToken: task?.leaseToken, progress: progresses[n] }));
      const beat = (progresses: unknown[]) =>
        post<Heartbeat & { detail: string }>(`/workers/${workerId}/heartbeat`, { leases: held(progresses) });
      const refused = await beat([{ done: 1 }, text(LARGEST)]);
      expect(refused.body).toMatchObject({ status: 413, code: 'TASK.REPORT_TOO_LARGE' });
      expect(refused.body.detail).toContain('leases.1.progress');
      expect(await stateOf(one?.id ?? '')).toMatchObject({ state: 'leased', progress: null });
      expect((await beat([{ done: 1 }, text(LARGEST - 2)])).body.extended).toEqual([one?.id, other?.id]);
    });

    it('in number, and the task goes on', async () => {
      const slug = await worker();
      await tasks.execute(slug);
      // A thousand calls take longer than the usual lease where others keep the machine busy, and an event extends none.
      const { id, leaseToken } = await leaseOne(slug, { leaseMs: 300_000 });
      const tell = (seq: number) => post(`/tasks/${id}/events`, { leaseToken, seq, type: 'page' });
      // Two are ours so far.
      for (let seq = 1; seq <= 998; seq += 50) {
        const some = Array.from({ length: Math.min(50, 999 - seq) }, (_, n) => seq + n);
        for (const one of some) expect((await tell(one)).status).toBe(204);
      }
      const refused = await tell(999);
      expect(refused.body).toMatchObject({ status: 422, code: 'TASK.TOO_MANY_EVENTS' });
      expect(refused.body['detail']).toContain('1000 are the most');
      // One that was told before is still as good as told.
      expect((await tell(998)).status).toBe(204);
      expect((await post(`/tasks/${id}/complete`, { leaseToken, output: 1 })).status).toBe(200);
      const types = await tasks.eventTypes(id);
      expect([types.length, types.at(-1)]).toEqual([1001, 'succeeded']);
    }, 60_000);

    it('in how often they give a task back', async () => {
      const slug = await worker({ retryPolicy: { maxAttempts: 2, initialDelayMs: 0, maxDelayMs: 0 } });
      const { body } = await tasks.execute(slug);
      const giveBack = async (): Promise<number> => {
        const [task] = await lease(slug, { waitMs: 2_000 });
        await post(`/tasks/${body.id}/release`, { leaseToken: task?.leaseToken });
        return task?.attempt ?? 0;
      };
      expect([await giveBack(), await giveBack()]).toEqual([1, 1]);
      await app.get(Database).execute(
        `INSERT INTO agent_task_event (task_id, seq, type, created_at, hash)
         SELECT $1, n, 'agent.page', now(), '' FROM generate_series(6, 999) n`,
        [body.id],
      );
      expect([await giveBack(), await giveBack()]).toEqual([1, 2]);
      expect(await tasks.until(body.id, 'dead')).toMatchObject({ error: { code: 'TASK.RELEASED' } });
    });
  });

  it('extends a lease by the time it was asked for, unless a heartbeat asks for another', async () => {
    const slug = await worker({ concurrency: 3 });
    const left = async (id: string): Promise<number> => {
      const sql = 'SELECT extract(epoch FROM lease_expires_at - now())::float AS left FROM agent_task WHERE id = $1';
      return (await app.get(Database).query<{ left: number }>(sql, [id]))[0]?.left ?? 0;
    };
    const beat = ({ id, leaseToken }: Leased, more = {}) =>
      post(`/workers/${workerId}/heartbeat`, { leases: [{ id, leaseToken }], ...more });
    for (const [leaseMs, seconds] of [
      [5_000, 5],
      [90_000, 90],
      [undefined, 30],
    ] as const) {
      await tasks.execute(slug, { timeoutSeconds: 600 });
      const [task] = await lease(slug, { leaseMs });
      if (!task) throw new Error('Nothing to lease');
      for (const [more, expected] of [
        [{}, seconds],
        [{ leaseMs: 60_000 }, 60],
        [{}, seconds],
      ] as const) {
        await beat(task, more);
        const now = await left(task.id);
        expect([now <= expected, now > expected - 4]).toEqual([true, true]);
      }
    }
  });

  describe('gives nothing to a key that ended while it waited', () => {
    const waiting = async (): Promise<{ slug: string; keyId: string; answer: Promise<Answer> }> => {
      const slug = await worker();
      const who = await newPerson(app, 'API_USER');
      const { id: keyId, apiKey } = await newKey(app, who, { agents: [slug] });
      const id = await register(apiKey, [slug]);
      const answer = app.call('POST', '/leases', { apiKey, body: { workerId: id, waitMs: 20_000 } });
      await sleep(150);
      return { slug, keyId, answer };
    };
    const revoke = (id: string) =>
      app.get(Database).execute('UPDATE api_key SET revoked_at = now() WHERE id = $1', [id]);

    it('and says so', async () => {
      const { slug, keyId, answer } = await waiting();
      await revoke(keyId);
      await sleep(1_000);
      const { body } = await tasks.execute(slug);
      expect((await answer).body).toMatchObject({ status: 401, code: 'AUTH.TOKEN_INVALID' });
      expect(await stateOf(body.id)).toMatchObject({ state: 'queued' });
    });

    it('nor to a role that the agent does not take any more', async () => {
      const { slug, answer } = await waiting();
      await app.call('PATCH', `/agents/${slug}`, { token: tasks.admin, body: { minimumRole: 'DEVELOPER' } });
      await sleep(1_000);
      const { body } = await tasks.execute(slug, {}, '', tasks.admin);
      expect((await answer).body).toMatchObject({ status: 403, code: 'AGENT.NOT_LEASABLE' });
      expect(await stateOf(body.id)).toMatchObject({ state: 'queued' });
    });

    it('and loses no task when both happen at once', async () => {
      const rounds = await Promise.all(Array.from({ length: 6 }, waiting));
      await Promise.all(
        rounds.map(async ({ slug, keyId, answer }) => {
          const [{ body }] = await Promise.all([tasks.execute(slug), revoke(keyId)]);
          const { status } = await answer;
          expect([200, 401]).toContain(status);
          expect((await stateOf(body.id))['state']).toBe(status === 200 ? 'leased' : 'queued');
          await app
            .get(Database)
            .execute(`UPDATE agent_task SET lease_expires_at = now() WHERE id = $1 AND state = 'leased'`, [body.id]);
          const [again] = await lease(slug, { waitMs: 5_000 });
          expect(again?.id).toBe(body.id);
        }),
      );
    }, 30_000);
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

  it('gives a worker from before credentials were noted to the first of its owner that acts as it', async () => {
    const who = await newPerson(app, 'API_USER');
    const [one, other] = [(await newKey(app, who)).apiKey, (await newKey(app, who)).apiKey];
    const slug = await worker();
    const id = randomUUID();
    await app
      .get(Database)
      .execute(`INSERT INTO agent_worker (id, owner_id, name, agents, slots) VALUES ($1, $2, 'old', '{}', 1)`, [
        id,
        who.id,
      ]);
    const ask = async (apiKey: string) => (await post('/leases', { workerId: id, agents: [slug] }, apiKey)).status;
    expect(await ask(key)).toBe(404);
    expect([await ask(one), await ask(other), await ask(one)]).toEqual([204, 404, 204]);
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
