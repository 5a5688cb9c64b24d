import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface StreamedEvent {
  id: number;
  type: string;
  data: { seq: number; type: string; data: Record<string, unknown>; createdAt: string; hash: string };
}

/** Reads a stream until it ends or has given `count` events; then lets go of it. */
async function read(url: string, token: string, lastEventId?: number, count = Infinity): Promise<StreamedEvent[]> {
  const letGo = new AbortController();
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
    },
    signal: letGo.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: StreamedEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string): string => new RegExp(`(?:^|\n)${name}: ([^\n]*)`).exec(block)?.[1] ?? '';
        if (field('data') === '') continue;
        const data = JSON.parse(field('data')) as StreamedEvent['data'];
        events.push({ id: Number(field('id')), type: field('event'), data });
        if (events.length === count) letGo.abort();
      }
    }
  } catch (error) {
    if (!letGo.signal.aborted) throw error;
  }
  return events;
}

/** JSON as the document says that it is hashed. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'number') return digitsOf(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => ({ bytes: Buffer.from(name), name, member }));
  members.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return `{${members.map(({ name, member }) => `${JSON.stringify(name)}: ${textOf(member)}`).join(', ')}}`;
}

/** A number without an exponent. */
function digitsOf(value: number): string {
  const [digits = '', exponent = '0'] = JSON.stringify(Math.abs(value)).split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  const padded = point > 0 ? all.padEnd(point, '0') : '0'.repeat(1 - point) + all;
  const at = Math.max(point, 1);
  return (value < 0 ? '-' : '') + padded.slice(0, at) + (padded.length > at ? `.${padded.slice(at)}` : '');
}

/** The hashes of a task's events, by what the document says of them alone. */
function hashesOf(taskId: string, events: readonly StreamedEvent[]): string[] {
  let before = Buffer.alloc(0);
  return events.map(({ data: { seq, type, data, createdAt } }) => {
    const millis = Date.parse(createdAt);
    const time = `${Math.floor(millis / 1000)}.${String(millis % 1000).padStart(3, '0')}000`;
    const content = [taskId, String(seq), type, textOf(data), time].join('\n');
    before = createHash('sha256').update(before).update(content, 'utf8').digest();
    return before.toString('hex');
  });
}

describe('the stream of events', () => {
  const apps: TestApp[] = [];
  let tasks: AgentTasks;

  beforeAll(async () => {
    const app = await startTestApp();
    apps.push(app, await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app));
    tasks = await AgentTasks.on(app);
  });
  afterAll(async () => {
    for (const app of [...apps].reverse()) await app.close();
  });

  const url = (id: string, replica = 0): string => `${apps[replica]?.url}/api/v1/tasks/${id}/events`;

  it('tells what happened and what happens, and ends with the task', async () => {
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    tasks.handle = () => gate;
    const { body } = await tasks.execute(await tasks.agent());
    await tasks.until(body.id, 'running');
    const reading = read(url(body.id), tasks.user);
    await sleep(300);
    finish();
    const events = await reading;
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      [1, 'queued'],
      [2, 'started'],
      [3, 'succeeded'],
    ]);
    expect(events[1]?.data).toMatchObject({ seq: 2, type: 'started', data: { attempt: 1 } });
    expect(new Set(events.map(({ data }) => data.hash)).size).toBe(3);
    expect(events[0]?.data.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes on at another replica, again and again, without a gap or a repeat', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await tasks.execute(slug);
    const post = (route: string, payload: object) =>
      apps[0]?.call<{ workerId: string; tasks: { leaseToken: string }[] }>('POST', route, {
        token: tasks.user,
        body: payload,
      });
    const workerId = (await post('/workers', { name: 'w', agents: [slug] }))?.body.workerId;
    const leaseToken = (await post('/leases', { workerId }))?.body.tasks[0]?.leaseToken;
    const told = 60;
    const telling = (async () => {
      for (let seq = 1; seq <= told; seq++) {
        await post(`/tasks/${body.id}/events`, { leaseToken, seq, type: 'step', data: { n: seq } });
      }
      await post(`/tasks/${body.id}/complete`, { leaseToken, output: 1 });
    })();
    const seen: StreamedEvent[] = [];
    // Each reader lets go after seven events, in the middle of whatever came with them, and the next asks the other replica.
    for (let replica = 0; seen.at(-1)?.type !== 'succeeded'; replica = 1 - replica) {
      seen.push(...(await read(url(body.id, replica), tasks.user, seen.at(-1)?.id ?? 0, 7)).slice(0, 7));
    }
    await telling;
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: told + 3 }, (_, n) => n + 1));
    expect(seen.filter(({ type }) => type === 'agent.step').map(({ data }) => data.data['n'])).toEqual(
      Array.from({ length: told }, (_, n) => n + 1),
    );
  });

  it('is over for a reader that knows everything, and not for one that does not', async () => {
    tasks.handle = () => Promise.resolve(1);
    const { body } = await tasks.execute(await tasks.agent(), {}, '?wait=10');
    const ask = (last: string) =>
      apps[0]?.call('GET', `/tasks/${body.id}/events`, { token: tasks.user, headers: { 'last-event-id': last } });
    expect((await ask('3'))?.status).toBe(204);
    expect((await ask('x'))?.status).toBe(400);
    expect((await read(url(body.id, 1), tasks.user, 2)).map(({ type }) => type)).toEqual(['succeeded']);
  });

  it('shows any change of what was told', async () => {
    tasks.handle = () => Promise.resolve(1);
    const { body } = await tasks.execute(await tasks.agent(), {}, '?wait=10');
    const before = await read(url(body.id), tasks.user);
    const database = (apps[0] as TestApp).get(Database);
    const recomputed = await database.query<{ hash: Buffer }>(
      `SELECT sha256(lag(hash, 1, ''::bytea) OVER (ORDER BY seq) || convert_to(concat_ws(E'\\n', task_id, seq, type, data,
         extract(epoch FROM created_at)), 'UTF8')) AS hash FROM agent_task_event WHERE task_id = $1 ORDER BY seq`,
      [body.id],
    );
    expect(recomputed.map(({ hash }) => hash.toString('hex'))).toEqual(before.map(({ data }) => data.hash));
  });

  it('has hashes that anybody can compute of what was read', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await tasks.execute(slug);
    const post = async (route: string, payload: object) =>
      (apps[0] as TestApp).call<{ workerId: string; tasks: { leaseToken: string }[] }>('POST', route, {
        token: tasks.user,
        body: payload,
      });
    const { workerId } = (await post('/workers', { name: 'w', agents: [slug] })).body;
    const [{ leaseToken } = { leaseToken: '' }] = (await post('/leases', { workerId })).body.tasks;
    const told = [
      {},
      { list: [], none: null, yes: true, no: false, text: 'a "b" \\ \n\t\u0001\u001f\u007f / é 𝄞 \u2028' },
      { zz: 1, a: 2, é: 3, b: { cc: [1, { y: 1, x: '' }], c: 2 }, '': 0 },
      { n: [0, -0, 1.5, -12.25, 1e21, 1.5e300, 1e-7, -2.5e-10, 123456789012345680000, 5e-324, 0.1] },
    ];
    for (const [n, data] of told.entries())
      expect((await post(`/tasks/${body.id}/events`, { leaseToken, seq: n + 1, type: 'told', data })).status).toBe(204);
    await post(`/tasks/${body.id}/fail`, {
      leaseToken,
      error: { code: 'X', message: 'ünïcode "x"' },
      retryable: false,
    });
    const events = await read(url(body.id), tasks.user);
    expect(events.map(({ type }) => type)).toEqual(['queued', 'started', ...told.map(() => 'agent.told'), 'failed']);
    expect(hashesOf(body.id, events)).toEqual(events.map(({ data }) => data.hash));
  });

  it('tells nothing of which the document does not say what it is', async () => {
    const app = apps[0] as TestApp;
    const act = (route: string, payload?: object, token = tasks.admin) =>
      app.call<Record<string, string>>('POST', route, { token, ...(payload && { body: payload }) });
    const told: StreamedEvent[] = [];
    const end = async (id: string): Promise<void> => {
      await tasks.until(id, 'succeeded', 'failed', 'dead', 'cancelled');
      told.push(...(await read(url(id), tasks.admin)));
    };
    const slug = await tasks.agent({ retryPolicy: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 } });
    tasks.handle = () => Promise.reject(new Error('down'));
    const dead = (await tasks.execute(slug)).body.id;
    await tasks.until(dead, 'dead');
    tasks.handle = () => Promise.resolve(1);
    await act(`/tasks/${dead}/retry`);
    await end(dead);
    tasks.handle = (_task, signal) => sleep(60_000, undefined, { signal });
    const running = (await tasks.execute(slug)).body.id;
    await tasks.until(running, 'running');
    await act(`/tasks/${running}/cancel`);
    await end(running);
    const costly = await tasks.agent({ budget: { maxCost: '0' } });
    tasks.handle = () => Promise.resolve(1);
    for (const [verb, body] of [
      ['approve', { reason: 'Needed' }],
      ['approve', {}],
      ['refuse', { reason: 'Too dear' }],
      ['cancel', undefined],
    ] as const) {
      const { id } = (await tasks.execute(costly)).body;
      await tasks.until(id, 'waiting_approval');
      await act(`/tasks/${id}/${verb}`, body);
      await end(id);
    }
    const leased = await tasks.agent({ kind: 'worker' });
    const { workerId } = (await act('/workers', { name: 'w', agents: [leased] })).body;
    const [first, second] = [
      (await tasks.execute(leased, { priority: 10 })).body.id,
      (await tasks.execute(leased, { priority: 1, deadlineAt: new Date(Date.now() + 4_000).toISOString() })).body.id,
    ];
    const third = (await tasks.execute(leased, { dependsOn: [second] })).body.id;
    const lease = async () =>
      (
        await app.call<{ tasks: { id: string; leaseToken: string }[] }>('POST', '/leases', {
          token: tasks.admin,
          body: { workerId, max: 1 },
        })
      ).body.tasks[0];
    const held = await lease();
    await act(`/tasks/${held?.id}/release`, { leaseToken: held?.leaseToken });
    const again = await lease();
    await act(`/tasks/${first}/events`, { leaseToken: again?.leaseToken, seq: 1, type: 'page', data: { page: 3 } });
    await act(`/tasks/${first}/fail`, { leaseToken: again?.leaseToken, error: { message: 'No' }, retryable: false });
    await end(first);
    await end(second);
    await end(third);

    const document = JSON.parse(
      readFileSync(path.resolve(__dirname, '../../../docs/generated/openapi.json'), 'utf8'),
    ) as {
      components: { schemas: Record<string, Record<string, unknown>> };
    };
    for (const schema of Object.values(document.components.schemas))
      if (schema['properties'] && schema['additionalProperties'] === undefined) schema['additionalProperties'] = false;
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    const at = '#/paths/~1api~1v1~1tasks~1{id}~1events/get/responses/200/content/text~1event-stream/schema';
    const validate = ajv.compile({ $ref: encodeURI(`openapi${at}`) });
    const wrong = told.filter(({ data }) => !validate(data)).map(({ data }) => ({ data, errors: validate.errors }));
    expect(wrong).toEqual([]);
    // A remote agent's promise is told by the tests of those.
    expect(new Set(told.map(({ type }) => type))).toEqual(
      new Set([
        ...['queued', 'started', 'retry', 'dead', 'requeued', 'succeeded', 'cancel_requested', 'cancelled', 'failed'],
        ...['approval_required', 'approved', 'refused', 'released', 'agent.page'],
      ]),
    );
  }, 60_000);

  it.each(['UPDATE agent_task_event SET type = type', 'DELETE FROM agent_task_event', 'TRUNCATE agent_task_event'])(
    'refuses %s',
    async (sql) => {
      await expect((apps[0] as TestApp).get(Database).execute(sql)).rejects.toThrow('append-only');
    },
  );

  it('is kept like every record that is only added to: what cannot be deleted cannot be emptied either', async () => {
    // Bits of pg_trigger.tgtype: 2 is BEFORE, 8 DELETE, 32 TRUNCATE.
    const rows = await (apps[0] as TestApp).get(Database).query<{ name: string; isKept: boolean }>(`
      SELECT c.relname AS name, bool_or(t.tgtype & 32 > 0) AS "isKept"
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
      GROUP BY 1 HAVING bool_or(t.tgtype & 2 > 0 AND t.tgtype & 8 > 0) ORDER BY 1`);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['agent_task_event', 'audit_event']));
    expect(rows.filter(({ isKept }) => !isKept)).toEqual([]);
  });

  it('is for API_USERs, of tasks that exist', async () => {
    const missing = '/tasks/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00/events';
    expect((await apps[0]?.call('GET', missing, { token: tasks.user }))?.body).toMatchObject({
      code: 'TASK.NOT_FOUND',
    });
    const reader = await (apps[0] as TestApp).tokenFor('READ_ONLY');
    expect((await apps[0]?.call('GET', missing, { token: reader }))?.status).toBe(403);
  });

  it('does not keep a process from shutting down', async () => {
    tasks.handle = (_task, signal) => sleep(60_000, undefined, { signal });
    const { body } = await tasks.execute(await tasks.agent());
    const app = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, apps[0]);
    const reading = read(`${app.url}/api/v1/tasks/${body.id}/events`, tasks.user);
    await sleep(200);
    await app.close();
    expect((await reading).map(({ type }) => type)).toEqual(['queued', 'started']);
    await apps[0]?.call('POST', `/tasks/${body.id}/cancel`, { token: tasks.user });
  });
});
