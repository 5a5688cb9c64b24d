import { text } from 'node:stream/consumers';
import { Database } from '#platform/database';
import { Lifecycle } from '#platform/health';
import { AgentTasks } from '../../support/agent-tasks.js';
import { ask, EventStream, type SeenEvent, type StreamOptions } from '../../support/event-stream.js';
import { newPerson, type Person } from '../../support/people.js';
import { startService } from '../../support/service-process.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from '../errors/eventually.js';

const ROUTE = '/api/v1/dashboard/stream';

/** Hundreds of requests, on a machine that may be busy. */
const LONG_MS = 120_000;

describe('the stream of the dashboard', () => {
  let app: TestApp;
  let replica: TestApp;
  let tasks: AgentTasks;
  /** Its tasks wait for a worker that never comes, so that each has one event. */
  let idle: string;
  let developer: Person;
  const streams: EventStream[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app);
    tasks = await AgentTasks.on(app);
    idle = await tasks.agent({ kind: 'worker' });
    developer = await newPerson(app, 'DEVELOPER');
  });
  afterEach(async () => {
    await Promise.all(streams.splice(0).map((stream) => stream.close()));
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const open = async (
    topics: string,
    options: StreamOptions = { token: developer.token },
    where: { url: string } = replica,
  ): Promise<EventStream> => {
    const stream = await EventStream.open(`${where.url}${ROUTE}?topics=${topics}`, options);
    streams.push(stream);
    return stream;
  };
  const make = async (token = tasks.user): Promise<string> => (await tasks.execute(idle, {}, '', token)).body.id;
  const makeMany = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await make());
    return ids;
  };
  const idsOf = (events: readonly SeenEvent[]): unknown[] => events.map(({ data }) => data['id']);
  const sql = (text: string, values: unknown[] = []) => app.get(Database).execute(text, values);

  it(
    'tells what happens at another replica, each thing once and in order',
    async () => {
      const stream = await open('tasks');
      const made: { id: string; at: number }[] = [];
      while (made.length < 200) made.push({ id: await make(), at: performance.now() });
      await stream.until(({ events }) => events.length >= made.length);
      expect(stream.events.map(({ event, data }) => [event, data])).toEqual(
        made.map(({ id }) => ['tasks', { id, agent: idle, state: 'queued' }]),
      );
      expect(new Set(stream.events.map(({ id }) => id)).size).toBe(made.length);
      const delays = stream.events.map(({ at }, index) => at - (made[index]?.at ?? 0)).sort((a, b) => a - b);
      const shown = [0.5, 0.95, 1].map((share) => `${Math.round(delays[Math.ceil(share * 200) - 1] ?? 0)} ms`);
      process.stdout.write(
        `From the answer at one replica to the stream of another: ${shown.join(', ')} (P50, P95, most)\n`,
      );
      expect(delays[189]).toBeLessThan(5_000);
    },
    LONG_MS,
  );

  it('goes on behind any event, at any replica', async () => {
    const first = await open('tasks');
    const before = await makeMany(10);
    await first.until(({ events }) => events.length === 10);
    const known = first.events[3]?.id ?? '';
    await first.close();
    const after = await makeMany(5);
    for (const where of [replica, app, replica]) {
      const resumed = await open('tasks', { token: developer.token, lastEventId: known }, where);
      await resumed.until(({ events }) => events.length >= 11);
      expect(idsOf(resumed.events)).toEqual([...before.slice(4), ...after]);
      expect(resumed.of('reset')).toEqual([]);
    }
    const asked = await EventStream.open(`${replica.url}${ROUTE}?topics=tasks&lastEventId=${known}`, {
      token: developer.token,
    });
    streams.push(asked);
    await asked.until(({ events }) => events.length >= 11);
    expect(idsOf(asked.events)).toEqual([...before.slice(4), ...after]);
  });

  it('goes on where it was told that it is, though nothing concerned it', async () => {
    const stream = await open('tasks');
    await stream.until(({ lastEventId }) => lastEventId !== undefined);
    await stream.close();
    const missed = await makeMany(3);
    const { lastEventId = '' } = stream;
    const resumed = await open('tasks', { token: developer.token, lastEventId }, app);
    await resumed.until(({ events }) => events.length >= 3);
    expect(idsOf(resumed.events)).toEqual(missed);
  });

  it('tells once of what was noted early and committed late, and holds nothing up for it', async () => {
    const [late] = await makeMany(1);
    const stream = await open('tasks');
    let commit = (): void => undefined;
    const gate = new Promise<void>((resolve) => (commit = resolve));
    let isNoted = (): void => undefined;
    const noted = new Promise<void>((resolve) => (isNoted = resolve));
    const slow = app.get(Database).transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO agent_task_event (task_id, seq, type, data, created_at, hash) VALUES ($1, 2, 'cancelled', '{}', now(), '')`,
        [late],
      );
      isNoted();
      await gate;
    });
    await noted;
    const meanwhile = await makeMany(5);
    await stream.until(({ events }) => events.length >= 5);
    expect(idsOf(stream.events)).toEqual(meanwhile);
    const [early, last] = [stream.events[1]?.id ?? '', stream.events[4]?.id ?? ''];
    // Readers who know what has a higher number do not know this.
    const waiting = await open('tasks', { token: developer.token, lastEventId: last }, app);
    commit();
    await slow;
    const behind = await open('tasks', { token: developer.token, lastEventId: early }, app);
    const afterwards = await makeMany(2);
    await Promise.all([
      stream.until(({ events }) => events.length >= 8),
      waiting.until(({ events }) => events.length >= 3),
      behind.until(({ events }) => events.length >= 6),
    ]);
    expect(idsOf(stream.events)).toEqual([...meanwhile, late, ...afterwards]);
    expect(idsOf(waiting.events)).toEqual([late, ...afterwards]);
    expect(idsOf(behind.events)).toEqual([...meanwhile.slice(2), late, ...afterwards]);
    expect(stream.events[5]?.data).toMatchObject({ state: 'cancelled' });
  });

  it(
    'goes on at another replica when one was killed, without gap or repeat, while things happen',
    async () => {
      const doomed = await startService({ databaseUrl: app.databaseUrl, env: { AGENTS_RUN_IN_PROCESS: 'false' } });
      const made: string[] = [];
      let isOver = false;
      let making = Promise.resolve();
      try {
        const stream = await open('tasks', { token: developer.token }, doomed);
        making = (async () => {
          while (!isOver) made.push(await make());
        })();
        await stream.until(({ events }) => events.length >= 60);
        doomed.child.kill('SIGKILL');
        expect(await stream.ended).toBe('cut');
        const seen = [...stream.events];
        const resumed = await open('tasks', { token: developer.token, lastEventId: stream.lastEventId ?? '' });
        await resumed.until(({ events }) => events.length >= 60);
        isOver = true;
        await making;
        await resumed.until(({ events }) => seen.length + events.length >= made.length);
        expect(idsOf([...seen, ...resumed.events])).toEqual(made);
      } finally {
        isOver = true;
        await making;
        await doomed.dispose();
      }
    },
    LONG_MS,
  );

  it('says so when what was missed is not kept any more, or never was', async () => {
    const stream = await open('tasks');
    await makeMany(2);
    await stream.until(({ events }) => events.length === 2);
    const old = stream.events[0]?.id ?? '';
    await stream.close();
    // Nobody reads here any more, and nothing is remembered.
    await new Promise((resolve) => setTimeout(resolve, 600));
    await makeMany(2);
    const other = await open('tasks', { token: developer.token }, app);
    await sql(`DELETE FROM dashboard_bulletin WHERE number < (SELECT max(number) FROM dashboard_bulletin)`);
    await other.close();
    for (const lastEventId of [old, '999999999', '999999999.3']) {
      const resumed = await open('tasks', { token: developer.token, lastEventId });
      await resumed.until(({ events }) => events.length === 1);
      expect(resumed.events[0]).toMatchObject({ event: 'reset', data: {}, id: expect.stringMatching(/^\d+$/) });
      const [id] = await makeMany(1);
      await resumed.until(({ events }) => events.length === 2);
      expect(resumed.events[1]).toMatchObject({ event: 'tasks', data: { id } });
    }
  });

  it('is asked with the id of an event', async () => {
    const answer = (id: string) =>
      app.call('GET', `${ROUTE}?topics=tasks`, { token: developer.token, headers: { 'last-event-id': id } });
    expect((await answer('x')).status).toBe(400);
    expect((await answer('1.2.3')).status).toBe(400);
    expect((await app.call('GET', `${ROUTE}?lastEventId=x`, { token: developer.token })).status).toBe(422);
    expect((await app.call('GET', `${ROUTE}?topics=gossip`, { token: developer.token })).status).toBe(422);
    expect((await app.call('GET', `${ROUTE}?topics=tasks,tasks`, { token: developer.token })).status).toBe(422);
    expect((await app.call('GET', ROUTE)).status).toBe(401);
    expect((await app.call('HEAD', ROUTE, { token: developer.token })).status).toBe(200);
  });

  it('shows tasks to those who see them in the list, and to nobody else', async () => {
    const [maker, other, reader] = [
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'READ_ONLY'),
    ];
    const [mine, his, all] = [
      await open('tasks', { token: maker.token }),
      await open('tasks,activities', { token: other.token }),
      await open('tasks'),
    ];
    const first = await make(maker.token);
    const second = await make(other.token);
    await all.until(({ events }) => events.length >= 2);
    await his.until((stream) => stream.of('tasks').length >= 1);
    await mine.until(({ events }) => events.length >= 1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(idsOf(all.events)).toEqual([first, second]);
    expect(idsOf(mine.events)).toEqual([first]);
    expect(idsOf(his.of('tasks'))).toEqual([second]);
    // Also of what he missed.
    const again = await open('tasks', { token: other.token, lastEventId: all.events[0]?.id ?? '' }, app);
    await again.until(({ events }) => events.length >= 1);
    expect(idsOf(again.events)).toEqual([second]);
    for (const topics of ['tasks', 'approvals', 'metrics,tasks']) {
      const answer = await app.call('GET', `${ROUTE}?topics=${topics}`, { token: reader.token });
      expect(answer).toMatchObject({ status: 403, body: { code: 'DASHBOARD.TOPIC_FORBIDDEN' } });
    }
    const rest = await EventStream.open(`${replica.url}${ROUTE}`, { token: reader.token });
    streams.push(rest);
    await rest.until((stream) => stream.of('metrics').length > 0);
    await make(maker.token);
    await all.until(({ events }) => events.length >= 3);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(rest.of('tasks')).toEqual([]);
  });

  it('shows a task to the worker that holds it, as long as it does', async () => {
    const worker = await newPerson(app, 'API_USER');
    const slug = await tasks.agent({ kind: 'worker' });
    const post = <T>(route: string, body: object) => app.call<T>('POST', route, { token: worker.token, body });
    const { workerId } = (await post<{ workerId: string }>('/workers', { name: 'w', agents: [slug] })).body;
    const stream = await open('tasks', { token: worker.token });
    const { id } = (await tasks.execute(slug)).body;
    const leased = await post<{ tasks: { leaseToken: string }[] }>('/leases', { workerId });
    await stream.until(({ events }) => events.at(-1)?.data['state'] === 'leased');
    expect(new Set(idsOf(stream.events))).toEqual(new Set([id]));
    const seen = stream.events.length;
    await post(`/tasks/${id}/complete`, { leaseToken: leased.body.tasks[0]?.leaseToken, output: 1 });
    await tasks.until(id, 'succeeded');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(stream.events).toHaveLength(seen);
  });

  it('tells of approvals, and of those that nobody has to decide any more', async () => {
    const costly = await tasks.agent({ budget: { maxCost: '0' } });
    const stream = await open('approvals', { token: developer.token });
    const waiting = async (): Promise<string> => {
      const { id } = (await tasks.execute(costly)).body;
      await tasks.until(id, 'waiting_approval');
      return id;
    };
    const act = (id: string, verb: string, token: string, body?: object) =>
      app.call('POST', `/tasks/${id}/${verb}`, { token, ...(body && { body }) });
    const approved = await waiting();
    await act(approved, 'approve', developer.token);
    await tasks.until(approved, 'succeeded');
    const refused = await waiting();
    await act(refused, 'refuse', developer.token, { reason: 'Too dear' });
    const cancelled = await waiting();
    await act(cancelled, 'cancel', tasks.user);
    await stream.until(({ events }) => events.length >= 6);
    expect(stream.events.map(({ data }) => [data['id'], data['state']])).toEqual([
      [approved, 'waiting_approval'],
      [approved, 'queued'],
      [refused, 'waiting_approval'],
      [refused, 'cancelled'],
      [cancelled, 'waiting_approval'],
      [cancelled, 'cancelled'],
    ]);
  });

  it('tells of errors as they are now, and of activities as the list does', async () => {
    const reader = await newPerson(app, 'READ_ONLY');
    const stream = await open('errors,activities', { token: reader.token });
    const report = { errorType: 'StreamTest', message: 'seen on the stream', severity: 'high' };
    await app.call('POST', '/api/v1/errors', { token: developer.token, body: report });
    await stream.until((one) => one.of('errors').length >= 1);
    const { groupId } = stream.of('errors')[0]?.data ?? {};
    expect(stream.of('errors')[0]?.data).toEqual({ groupId, status: 'open', count: 1 });
    const sale = { type: 'sale', amount: '19.99', currency: 'EUR' };
    const sold = await app.call('POST', '/api/v1/finance/transactions/record', { token: tasks.admin, body: sale });
    const id = `transaction:${String(sold.body['transactionId'])}`;
    await stream.until((one) => idsOf(one.of('activities')).includes(id));
    await app.call('PATCH', `/api/v1/errors/${String(groupId)}`, {
      token: developer.token,
      body: { status: 'resolved' },
    });
    await stream.until((one) => one.of('errors').length >= 2);
    expect(stream.of('errors')[1]?.data).toEqual({ groupId, status: 'resolved', count: 1 });
    tasks.handle = () => Promise.resolve(1);
    const done = (await tasks.execute(await tasks.agent(), {}, '?wait=10')).body;
    await stream.until((one) => idsOf(one.of('activities')).includes(`task:${done.id}`));
    const listed = await app.call<Record<string, unknown>[]>('GET', '/api/v1/dashboard/activities?limit=100', {
      token: reader.token,
    });
    const listedById = new Map(listed.body.map((one) => [one['id'], one]));
    const told = new Map(stream.of('activities').map(({ data }) => [data['id'], data]));
    for (const one of [id, `task:${done.id}`]) expect(told.get(one)).toEqual(listedById.get(one));
    const events = [...told.keys()].filter((one) => String(one).startsWith('audit:'));
    expect(events.length).toBeGreaterThan(0);
    for (const one of events) expect(told.get(one)).toEqual(listedById.get(one));
  });

  it('says once that there was too much of a topic to tell one by one', async () => {
    const [id] = await makeMany(1);
    const stream = await open('tasks');
    await sql(
      `INSERT INTO dashboard_change (kind, subject_id, event_seq, event_type)
       SELECT 'task', $1, 1, 'queued' FROM generate_series(1, 300)`,
      [id],
    );
    await stream.until(({ events }) => events.length >= 1);
    expect(stream.events.map(({ event, data }) => [event, data])).toEqual([['skipped', { topic: 'tasks' }]]);
  });

  it('tells the numbers each second', async () => {
    const stream = await open('metrics');
    await stream.until(({ events }) => events.length >= 3);
    const { body } = await replica.call('GET', '/api/v1/dashboard/metrics', { token: developer.token });
    expect(stream.events.every(({ event, id }) => event === 'metrics' && id === undefined)).toBe(true);
    expect(Object.keys(stream.events[0]?.data ?? {}).sort()).toEqual(Object.keys(body).sort());
  });

  it(
    'cuts off who does not fetch what is said, and nobody else',
    async () => {
      const [id] = await makeMany(1);
      const slow = await ask(`${replica.url}${ROUTE}?topics=tasks,activities`, { token: developer.token });
      const quick = await open('tasks,activities');
      const ends = async (): Promise<number> => {
        const { text } = await replica.call('GET', '/metrics');
        return Number(/devskyy_dashboard_streams_ended_total\{reason="slow"\} (\d+)/.exec(text)?.[1] ?? 0);
      };
      const before = await ends();
      // More than any buffer in between holds.
      for (let round = 0; round < 400 && (await ends()) === before; round++) {
        await sql(
          `INSERT INTO dashboard_change (kind, subject_id, event_seq, event_type)
         SELECT 'task', $1, 1, 'cancelled' FROM generate_series(1, 250)`,
          [id],
        );
        const seen = quick.events.length;
        await quick.until(({ events }) => events.length > seen);
      }
      expect(await ends()).toBe(before + 1);
      await expect(text(slow)).rejects.toThrow('aborted');
      const more = await make();
      await quick.until((stream) => stream.of('tasks').at(-1)?.data['id'] === more);
    },
    LONG_MS,
  );

  it('ends when the process stops, and goes on elsewhere', async () => {
    const leaving = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app);
    const stream = await open('tasks', { token: developer.token }, leaving);
    const [first] = await makeMany(1);
    await stream.until(({ events }) => events.length === 1);
    // While balancers have yet to notice, its readers stay, and nobody comes any more.
    leaving.get(Lifecycle).drain();
    const refused = await leaving.call('GET', ROUTE, { token: developer.token });
    expect(refused).toMatchObject({ status: 503, body: { code: 'DASHBOARD.STREAMS_CLOSING' } });
    const [last] = await makeMany(1);
    await stream.until(({ events }) => events.length === 2);
    const start = performance.now();
    await leaving.close();
    expect(await stream.ended).toBe('end');
    expect(performance.now() - start).toBeLessThan(5_000);
    const [second] = await makeMany(1);
    const resumed = await open('tasks', { token: developer.token, lastEventId: stream.lastEventId ?? '' });
    await resumed.until(({ events }) => events.length === 1);
    expect(idsOf([...stream.events, ...resumed.events])).toEqual([first, last, second]);
  });

  it('is refused when there are as many as one process, or one user, may have', async () => {
    const small = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false', MAX_STREAMS: '2' }, app);
    const mean = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false', MAX_STREAMS_PER_USER: '1' }, app);
    try {
      await open('tasks', { token: developer.token }, small);
      const second = await open('metrics', { token: developer.token }, small);
      const refused = await small.call('GET', ROUTE, { token: developer.token });
      expect(refused).toMatchObject({ status: 503, body: { code: 'DASHBOARD.TOO_MANY_STREAMS' } });
      await second.close();
      await eventually(() => open('metrics', { token: developer.token }, small).catch(() => undefined));
      await open('tasks', { token: developer.token }, mean);
      expect((await mean.call('GET', ROUTE, { token: developer.token })).status).toBe(429);
      await Promise.all(streams.splice(0).map((stream) => stream.close()));
    } finally {
      await mean.close();
      await small.close();
    }
  });
});
