import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentTasks } from '../../support/agent-tasks.js';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from '../errors/eventually.js';

interface Item {
  at: string;
  kind: string;
  id: string;
  title: string;
  severity: string;
  subject: { kind: string; id: string } | null;
}

let app: TestApp;
let tasks: AgentTasks;
let admin: Person;
let server: Server;
let target: string;
/** Ids of requests with which others were called, by path. */
const called = new Map<string, string[]>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    called.set(path, [...(called.get(path) ?? []), String(request.headers['x-request-id'])]);
    request.resume().on('end', () => response.writeHead(path === '/agent' ? 500 : 204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app = await startTestApp({ AGENTS_ALLOWED_HOSTS: '127.0.0.1' });
  tasks = await AgentTasks.on(app);
  admin = await newPerson(app, 'ADMIN');
});
afterAll(async () => {
  await app.close();
  server.close();
});

const traceOf = async (correlationId: string, token = admin.token): Promise<Item[]> =>
  (await app.call<{ items: Item[] }>('GET', `/trace/${correlationId}`, { token })).body.items;
const foundBy = async (id: string, token: string): Promise<[string, string][]> => {
  const { body } = await app.call<{ items: Item[] }>('GET', `/lookup/${encodeURIComponent(id)}`, { token });
  return body.items.map(({ kind, title }) => [kind, title]);
};

describe('a trace', () => {
  it('is one answer with the sale, the agent’s run, its failure, the alert and the mail that one id led to', async () => {
    const alert = { name: 'Pager', event: 'new', url: `${target}/alert` };
    expect((await app.call('POST', '/errors/alerts', { token: admin.token, body: alert })).status).toBe(201);
    const config = { url: `${target}/agent` };
    const agent = await tasks.agent({
      kind: 'http',
      config,
      retryPolicy: { maxAttempts: 1, initialDelayMs: 10, maxDelayMs: 20 },
    });
    const id = `order-${randomUUID()}`;
    const ask = (route: string, body: unknown) =>
      app.call<Record<string, string>>('POST', route, {
        token: admin.token,
        body,
        headers: { 'x-request-id': id },
      });
    const sale = await ask('/finance/transactions/record', { amount: '19.99' });
    expect(sale.headers.get('x-request-id')).toBe(id);
    const run = await ask(`/agents/${agent}/execute?wait=20`, { taskDescription: 'pack it' });
    const name = `packer-${randomUUID().slice(0, 8)}`;
    const user = await ask('/users', { email: `${name}@example.com`, username: name, role: 'API_USER' });
    expect([sale.status, user.status, run.body['state']]).toEqual([201, 201, 'dead']);

    const kinds = (items: Item[]): string[] => [...new Set(items.map(({ kind }) => kind))].toSorted();
    const items = await eventually(async () => {
      const found = await traceOf(id);
      return found.filter(({ kind }) => kind === 'delivery').length === 2 &&
        found.some((one) => /delivered/.test(one.title))
        ? found
        : undefined;
    });
    expect(kinds(items)).toEqual(['audit', 'delivery', 'occurrence', 'task', 'task_event', 'transaction']);
    const times = items.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const of = (kind: string): Item[] => items.filter((item) => item.kind === kind);
    expect(of('transaction')).toMatchObject([{ id: sale.body['transactionId'], title: 'sale of 19.99 USD' }]);
    expect(of('task')).toMatchObject([{ id: run.body['id'] }]);
    expect(run.body['correlationId']).toBe(id);
    expect(of('task_event').map(({ subject }) => subject?.id)).toEqual(of('task_event').map(() => run.body['id']));
    expect(of('task_event').at(-1)).toMatchObject({ severity: 'error' });
    expect(of('occurrence')).toMatchObject([{ subject: { kind: 'group' } }]);
    expect(of('audit')).toContainEqual(expect.objectContaining({ subject: { kind: 'user', id: user.body['id'] } }));
    expect(of('delivery').map(({ title }) => title.split(':')[0])).toEqual(
      expect.arrayContaining(['Call of the alert “Pager”', 'Mail']),
    );
    // Whoever is called is told by what.
    expect([called.get('/agent'), called.get('/alert')]).toEqual([[id], [id]]);

    // Each sees what he may see elsewhere.
    const reader = await app.tokenFor('READ_ONLY');
    expect(kinds(await traceOf(id, reader))).toEqual(['occurrence']);
    expect(kinds(await traceOf(id, await app.tokenFor('API_USER')))).toEqual(['occurrence', 'transaction']);
    expect(kinds(await traceOf(id, await app.tokenFor('DEVELOPER')))).toEqual([
      'occurrence',
      'task',
      'task_event',
      'transaction',
    ]);
    expect(await traceOf('of-nothing')).toEqual([]);

    const lists = await Promise.all(
      [
        '/finance/transactions?',
        '/tasks?',
        '/audit-events?',
        `/errors/${of('occurrence')[0]?.subject?.id}/occurrences?`,
      ].map(async (route) => {
        const list = await app.call<{ items: { correlationId: string }[] }>('GET', `${route}correlationId=${id}`, {
          token: admin.token,
        });
        return [...new Set(list.body.items.map(({ correlationId }) => correlationId))];
      }),
    );
    expect(lists).toEqual([[id], [id], [id], [id]]);
  });

  it('reaches what a schedule or a batch made, and takes ids as callers make them', async () => {
    tasks.handle = () => Promise.resolve(1);
    const agent = await tasks.agent();
    const id = 'A.b-c_1';
    const operations = [{ agent }, { agent }];
    const batch = await app.call('POST', '/agents/batch?wait=20', {
      token: admin.token,
      body: { operations },
      headers: { 'x-request-id': id },
    });
    expect(batch.status).toBe(200);
    expect((await traceOf(id)).filter(({ kind }) => kind === 'task')).toHaveLength(2);
    expect((await app.call('GET', `/trace/${'x'.repeat(201)}`, { token: admin.token })).status).toBe(414);
    expect(await traceOf(encodeURIComponent("'; --"))).toEqual([]);
  });
});

describe('a lookup', () => {
  it('says what an id is the id of, to those who may see it', async () => {
    const [reader, user, developer] = await Promise.all([
      newPerson(app, 'READ_ONLY'),
      newPerson(app, 'API_USER'),
      newPerson(app, 'DEVELOPER'),
    ]);
    tasks.handle = () => Promise.resolve(1);
    const agent = await tasks.agent();
    const run = await app.call<{ id: string }>('POST', `/agents/${agent}/execute?wait=20`, {
      token: user.token,
      body: {},
    });
    const sale = await app.call<{ transactionId: string }>('POST', '/finance/transactions/record', {
      token: admin.token,
      body: { amount: '5.00', currency: 'EUR' },
    });
    const key = await newKey(app, user);
    const ids = [run.body.id, sale.body.transactionId, key.id, user.id];
    const seen = async (person: Person): Promise<string[]> =>
      (await Promise.all(ids.map((id) => foundBy(id, person.token)))).flat().map(([kind]) => kind);
    expect(await seen(reader)).toEqual([]);
    expect(await seen(user)).toEqual(['task', 'transaction', 'api_key', 'user']);
    expect(await seen(developer)).toEqual(['task', 'transaction']);
    expect(await seen(admin)).toEqual(['task', 'transaction', 'api_key', 'user']);
    expect(await foundBy('revenue:sales:EUR', user.token)).toMatchObject([['account', expect.anything()]]);
    expect(await foundBy(agent, reader.token)).toEqual([['agent', agent]]);
    expect(await foundBy(randomUUID(), admin.token)).toEqual([]);
    expect(await foundBy('nothing at all', admin.token)).toEqual([]);
    expect((await app.call('GET', `/lookup/${randomUUID()}`)).status).toBe(401);
  });

  it('shows an ADMIN nothing of the credentials of his peers', async () => {
    const peer = await newPerson(app, 'ADMIN');
    const key = await newKey(app, peer);
    expect(await foundBy(key.id, admin.token)).toEqual([]);
    expect(await foundBy(key.id, peer.token)).toEqual([['api_key', 'test']]);
    expect(await foundBy(peer.id, admin.token)).toMatchObject([['user', expect.anything()]]);
  });

  it('shows a program only what it is shown elsewhere', async () => {
    const owner = await newPerson(app, 'DEVELOPER');
    const [one, other] = [
      await newKey(app, owner, { role: 'READ_ONLY' }),
      await newKey(app, owner, { role: 'API_USER' }),
    ];
    const found = async (id: string, apiKey: string): Promise<unknown[]> =>
      (await app.call<{ items: unknown[] }>('GET', `/lookup/${id}`, { apiKey })).body.items;
    expect(await found(other.id, one.apiKey)).toEqual([]);
    expect(await found(one.id, other.apiKey)).toEqual([]);
    expect(await foundBy(one.id, owner.token)).toEqual([['api_key', 'test']]);
    const sessions = await app.call<{ items: { id: string }[] }>('GET', '/auth/sessions', { token: owner.token });
    const [session] = sessions.body.items;
    expect(await foundBy(session?.id ?? '', owner.token)).toHaveLength(1);
    expect(await found(session?.id ?? '', other.apiKey)).toEqual([]);
    const agent = await tasks.agent();
    const batch = await app.call<{ batchId: string }>('POST', '/agents/batch?wait=20', {
      token: owner.token,
      body: { operations: [{ agent }] },
    });
    expect(await found(batch.body.batchId, one.apiKey)).toEqual([]);
    expect(await found(batch.body.batchId, other.apiKey)).toMatchObject([{ kind: 'batch' }]);
  });
});
