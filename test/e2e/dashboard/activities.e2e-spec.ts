import { readdirSync } from 'node:fs';
import { AgentTasks } from '../../support/agent-tasks.js';
import { newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from '../errors/eventually.js';

interface Entry {
  id: string;
  at: string;
  type: string;
  severity: string;
  actorId?: string;
  agentId?: string;
  subject?: { kind: string; id: string };
  correlationId?: string;
  chain?: { chain: string; sequence?: number; block?: number; taskId?: string; runId?: string };
}

let app: TestApp;
let tasks: AgentTasks;
let agent: string;
let admin: Person;
let maker: Person;
let reader: string;
let developer: string;

beforeAll(async () => {
  app = await startTestApp();
  tasks = await AgentTasks.on(app);
  tasks.handle = ({ parameters }) =>
    parameters['fails'] === true ? Promise.reject(new Error('no')) : Promise.resolve(1);
  agent = await tasks.agent({ retryPolicy: { maxAttempts: 1, initialDelayMs: 10, maxDelayMs: 20 } });
  [admin, maker, reader] = [
    await newPerson(app, 'ADMIN'),
    await newPerson(app, 'API_USER'),
    await app.tokenFor('READ_ONLY'),
  ];
  developer = await app.tokenFor('DEVELOPER');
  for (const amount of ['1.00', '2.00', '3.00'])
    await app.call('POST', '/finance/transactions/record', { token: admin.token, body: { amount } });
  await app.call('POST', '/finance/transactions/record', {
    token: admin.token,
    body: { type: 'expense', amount: '4.00' },
    headers: { 'x-request-id': 'the-expense' },
  });
  for (const fails of [true, false])
    await app.call('POST', `/agents/${agent}/execute?wait=20`, {
      token: maker.token,
      body: { parameters: { fails } },
    });
  await app.call('POST', '/errors', {
    token: admin.token,
    body: { errorType: 'MildError', message: 'x', severity: 'medium', correlationId: 'of-the-report' },
  });
  await app.call('POST', '/auth/login', { body: { identifier: 'nobody-here', password: 'not a password' } });
  await eventually(async () => ((await list('type=error.open')).length >= 2 ? true : undefined));
});
afterAll(() => app.close());

async function list(query: string, token = developer): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { status, body } = await app.call<{ items: Entry[]; nextCursor: string | null }>(
      'GET',
      `/activities?limit=3&${query}${next}`,
      { token },
    );
    expect(status).toBe(200);
    entries.push(...body.items);
    cursor = body.nextCursor;
  }
  return entries;
}

const typesOf = (entries: Entry[]): string[] => [...new Set(entries.map(({ type }) => type))].toSorted();

describe('activities', () => {
  it('are one record, newest first, each once, with what proves it', async () => {
    const all = await list('');
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const times = all.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(typesOf(all)).toEqual(
      expect.arrayContaining([
        'agent.created',
        'error.open',
        'login.failed',
        'task.dead',
        'task.succeeded',
        'transaction.sale',
      ]),
    );
    const chainOf = (type: string) => all.find((one) => one.type === type)?.chain;
    expect(all.filter(({ chain }) => !chain)).toEqual([]);
    expect(chainOf('login.failed')).toMatchObject({ chain: 'audit', sequence: expect.any(Number) as number });
    expect(chainOf('transaction.expense')).toMatchObject({ chain: 'ledger', block: expect.any(Number) as number });
    expect(chainOf('task.dead')).toMatchObject({ chain: 'task', taskId: expect.any(String) as string });
    const runs = readdirSync(app.config.server.artifactsDir).map((name) => name.replace(/^error-ledger-|\.json$/g, ''));
    expect(runs).toContain(chainOf('error.open')?.runId);
    expect(all.find(({ type }) => type === 'transaction.expense')).toMatchObject({
      actorId: admin.id,
      correlationId: 'the-expense',
      subject: { kind: 'transaction' },
    });
    expect(all.map(({ correlationId }) => correlationId)).toContain('of-the-report');
  });

  it.each<[query: () => string, holds: (entry: Entry) => boolean, least: number]>([
    [() => 'type=transaction.sale', ({ type }) => type === 'transaction.sale', 3],
    [() => 'type=task.dead', ({ type }) => type === 'task.dead', 1],
    [() => 'type=error.open', ({ type }) => type === 'error.open', 2],
    [() => 'type=login.failed', ({ type }) => type === 'login.failed', 1],
    [() => 'severity=error', ({ severity }) => severity === 'error', 1],
    [() => 'severity=warning', ({ severity }) => severity === 'warning', 2],
    [() => 'severity=info', ({ severity }) => severity === 'info', 5],
    [() => `agent=${agent}`, ({ agentId }) => agentId === agent, 2],
    [() => `agent=${agent}&severity=info`, ({ type, agentId }) => type === 'task.succeeded' && agentId === agent, 1],
    [() => `actor=${maker.id}`, ({ actorId }) => actorId === maker.id, 2],
    [() => `actor=${maker.id}&agent=${agent}&type=task.dead`, ({ type }) => type === 'task.dead', 1],
    [() => `actor=${admin.id}`, ({ actorId }) => actorId === admin.id, 4],
    [() => `actor=${admin.id}&type=transaction.expense`, ({ type }) => type === 'transaction.expense', 1],
  ])('by a filter are all that it lets through (%s)', async (query, holds, least) => {
    const found = await list(query());
    expect(found.length).toBeGreaterThanOrEqual(least);
    const ids = (entries: Entry[]): string[] => entries.map(({ id }) => id).toSorted();
    expect(ids(found)).toEqual(ids((await list('')).filter(holds)));
  });

  it('tell who had something done, and by which request, to those who see it elsewhere', async () => {
    const shown = async (token: string) => {
      const entries = await list('', token);
      const of = (type: string) => entries.find((one) => one.type === type);
      return ['transaction.expense', 'task.dead', 'error.open'].map((type) => [
        of(type)?.actorId,
        of(type)?.correlationId !== undefined,
      ]);
    };
    expect(await shown(reader)).toEqual([
      [undefined, false],
      [undefined, false],
      [undefined, true],
    ]);
    expect(await shown(maker.token)).toEqual([
      [admin.id, true],
      [maker.id, true],
      [undefined, true],
    ]);
    expect(await shown(developer)).toEqual([
      [admin.id, true],
      [maker.id, true],
      [undefined, true],
    ]);
    const ofOthers = await app.call('GET', `/activities?actor=${admin.id}`, { token: maker.token });
    expect(ofOthers.body).toMatchObject({ status: 403 });
    expect((await list(`actor=${maker.id}`, maker.token)).length).toBeGreaterThanOrEqual(2);
    const overview = await app.call<{ eventType: string; actorId?: string }[]>(
      'GET',
      '/dashboard/activities?limit=100',
      { token: reader },
    );
    expect(
      overview.body.filter(({ eventType, actorId }) => /^(task|transaction)\./.test(eventType) && actorId),
    ).toEqual([]);
  });

  it('of a span of time are those within it', async () => {
    const all = await list('');
    const [since, until] = [all[Math.floor((all.length * 2) / 3)]?.at ?? '', all[Math.floor(all.length / 3)]?.at ?? ''];
    const inside = all.filter(({ at }) => at >= since && at < until);
    expect(inside.length).toBeGreaterThan(0);
    expect((await list(`since=${since}&until=${until}`)).map(({ id }) => id)).toEqual(inside.map(({ id }) => id));
    expect(await list('since=2001-01-01&until=2001-01-02')).toEqual([]);
  });

  it.each([
    'type=nothing.like_it',
    'agent=no-agent',
    'actor=01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
    'type=transaction.none',
    'type=task.queued',
  ])('that nothing meets are none: %s', async (query) => expect(await list(query)).toEqual([]));

  it.each(['severity=grave', 'type=DROP TABLE', 'actor=me', 'since=yesterday'])('refuse %s', async (query) => {
    expect((await app.call('GET', `/activities?${query}`, { token: reader })).status).toBe(422);
  });
});
