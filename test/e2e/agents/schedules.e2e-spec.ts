import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface ScheduleBody {
  id: string;
  nextRunAt: string | null;
  lastTaskId?: string;
  lastError?: string;
  errors?: { path: string }[];
}

describe('schedules', () => {
  const apps: TestApp[] = [];
  let app: TestApp;
  let tasks: AgentTasks;
  let developer: string;

  beforeAll(async () => {
    app = await startTestApp();
    apps.push(app, await startTestApp({}, app));
    tasks = await AgentTasks.on(app);
    tasks.serve(apps[1] as TestApp);
    developer = await app.tokenFor('DEVELOPER');
  });
  afterAll(async () => {
    for (const one of [...apps].reverse()) await one.close();
  });

  const create = (body: object, token = developer) => app.call<ScheduleBody>('POST', '/schedules', { token, body });
  const read = async (id: string) =>
    (await app.call<ScheduleBody>('GET', `/schedules/${id}`, { token: developer })).body;
  const ids = async (slug: string): Promise<string[]> => {
    const { body } = await app.call<{ items: { id: string }[] }>('GET', `/tasks?agent=${slug}`, { token: developer });
    return body.items.map(({ id }) => id);
  };
  const makeDue = (id: string) =>
    app.get(Database).execute(`UPDATE agent_schedule SET next_run_at = now() - interval '3 days' WHERE id = $1`, [id]);
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('queue one task at each of their times, over two replicas, and one for all the times that were missed', async () => {
    tasks.handle = ({ parameters }) => Promise.resolve(parameters);
    const slug = await tasks.agent({ concurrency: 20 });
    const made: string[] = [];
    for (let n = 0; n < 8; n++) {
      const { status, body } = await create({ agent: slug, cron: '*/5 * * * *', parameters: { n } });
      expect(status).toBe(201);
      expect(Date.parse(body.nextRunAt ?? '') % 300_000).toBe(0);
      made.push(body.id);
    }
    await Promise.all(made.map(makeDue));
    for (const id of made) await until(async () => (await read(id)).lastTaskId);
    expect(await ids(slug)).toHaveLength(8);
    const { lastTaskId, nextRunAt } = await read(made[3] ?? '');
    expect(Date.parse(nextRunAt ?? '')).toBeGreaterThan(Date.now());
    expect(await tasks.until(lastTaskId ?? '', 'succeeded')).toMatchObject({ output: { n: 3 } });
  });

  it('rest while they are off, and follow changes', async () => {
    const slug = await tasks.agent();
    const { body } = await create({ agent: slug, cron: '0 0 1 1 *', timeZone: 'Asia/Tokyo', enabled: false });
    expect(body).toMatchObject({
      enabled: false,
      nextRunAt: null,
      timeZone: 'Asia/Tokyo',
      parameters: {},
      priority: 5,
    });
    const patch = (changes: object) =>
      app.call<ScheduleBody>('PATCH', `/schedules/${body.id}`, { token: developer, body: changes });
    expect((await patch({ enabled: true })).body.nextRunAt).toMatch(/-12-31T15:00:00.000Z$/);
    expect((await patch({ timeZone: 'UTC' })).body.nextRunAt).toMatch(/-01-01T00:00:00.000Z$/);
    expect((await app.call('DELETE', `/schedules/${body.id}`, { token: developer })).status).toBe(204);
    expect((await app.call('GET', `/schedules/${body.id}`, { token: developer })).body).toMatchObject({
      code: 'SCHEDULE.NOT_FOUND',
    });
  });

  it('ask for the role of the agent, of whoever makes or changes them', async () => {
    const slug = await tasks.agent({ minimumRole: 'ADMIN' });
    const body = { agent: slug, cron: '0 0 * * *' };
    expect((await create(body)).body).toMatchObject({ status: 403, code: 'AGENT.ROLE_REQUIRED' });
    const made = await create(body, tasks.admin);
    const route = `/schedules/${made.body.id}`;
    expect((await app.call('PATCH', route, { token: developer, body: { agent: 'scanner' } })).status).toBe(403);
    expect((await app.call('DELETE', route, { token: developer })).status).toBe(403);
    expect((await create(body, tasks.user)).status).toBe(403);
  });

  describe('that come round while their task has not ended', () => {
    const blocked = async (overlap?: string) => {
      const slug = await tasks.agent({ kind: 'worker' });
      const { body } = await create({ agent: slug, cron: '* * * * *', ...(overlap && { overlap }) });
      return { slug, id: body.id };
    };
    /** Makes it due, and waits until that time was served. */
    const comeRound = async (id: string): Promise<ScheduleBody> => {
      await makeDue(id);
      return until(async () => {
        const schedule = await read(id);
        return Date.parse(schedule.nextRunAt ?? '') > Date.now() ? schedule : undefined;
      });
    };
    const states = async (slug: string) => {
      const made = await ids(slug);
      return Promise.all(made.map(async (id) => (await tasks.read(id)).state));
    };

    it('skip the time and say so, unless told otherwise', async () => {
      const { slug, id } = await blocked();
      const first = await comeRound(id);
      const second = await comeRound(id);
      expect(second).toMatchObject({ overlap: 'skip', lastTaskId: first.lastTaskId });
      expect(second.lastError).toContain(first.lastTaskId);
      expect(await states(slug)).toEqual(['queued']);
      await app.call('POST', `/tasks/${first.lastTaskId}/cancel`, { token: developer });
      expect((await comeRound(id)).lastError).toBeUndefined();
      expect(await states(slug)).toEqual(['queued', 'cancelled']);
    });

    it('queue another', async () => {
      const { slug, id } = await blocked('queue');
      for (let n = 0; n < 3; n++) await comeRound(id);
      expect(await states(slug)).toEqual(['queued', 'queued', 'queued']);
    });

    it('cancel the one before, also when it runs', async () => {
      const { slug, id } = await blocked('cancel_previous');
      await comeRound(id);
      await comeRound(id);
      expect(await states(slug)).toEqual(['queued', 'cancelled']);
      let stopped = false;
      tasks.handle = (_task, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            stopped = true;
            reject(new Error('stopped'));
          }),
        );
      const { body } = await create({ agent: await tasks.agent(), cron: '* * * * *', overlap: 'cancel_previous' });
      const { lastTaskId = '' } = await comeRound(body.id);
      await tasks.until(lastTaskId, 'running');
      const next = await comeRound(body.id);
      await tasks.until(lastTaskId, 'cancelled');
      expect(stopped).toBe(true);
      await app.call('POST', `/tasks/${next.lastTaskId}/cancel`, { token: developer });
      tasks.handle = () => Promise.resolve(null);
    });

    it('and take another policy later, but only one there is', async () => {
      const { id } = await blocked();
      const patch = (overlap: string) =>
        app.call<ScheduleBody>('PATCH', `/schedules/${id}`, { token: developer, body: { overlap } });
      expect((await patch('queue')).body).toMatchObject({ overlap: 'queue' });
      expect((await patch('both')).body.errors?.[0]?.path).toBe('overlap');
    });
  });

  it('run beside their times, as a task of whoever asks', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const made = await create({ agent: slug, cron: '0 0 1 1 *', parameters: { a: 1 } });
    const other = await newPerson(app, 'DEVELOPER');
    const run = (token: string) => app.call<TaskBody>('POST', `/schedules/${made.body.id}/run`, { token });
    const answer = await run(other.token);
    expect(answer).toMatchObject({ status: 202, body: { state: 'queued', agent: slug, parameters: { a: 1 } } });
    expect(answer.headers.get('location')).toBe(`/api/v1/tasks/${answer.body.id}`);
    expect((await run(other.token)).status).toBe(202);
    expect(await ids(slug)).toHaveLength(2);
    expect(await read(made.body.id)).toMatchObject({ nextRunAt: made.body.nextRunAt });
    expect((await run(tasks.user)).status).toBe(403);
    const guarded = await create(
      { agent: await tasks.agent({ minimumRole: 'ADMIN' }), cron: '0 0 1 1 *' },
      tasks.admin,
    );
    expect((await app.call('POST', `/schedules/${guarded.body.id}/run`, { token: developer })).status).toBe(403);
  });

  describe('pause', () => {
    interface Paused extends ScheduleBody {
      enabled: boolean;
      ownerId: string;
      pausedReason?: string;
    }
    const database = () => app.get(Database);
    const look = async (id: string): Promise<Paused> => (await read(id)) as Paused;
    const patch = (id: string, body: object, token = developer) =>
      app.call<Paused>('PATCH', `/schedules/${id}`, { token, body });

    /** Makes it due, and waits until it was served or has paused. */
    const served = async (id: string): Promise<Paused> => {
      await makeDue(id);
      return until(async () => {
        const schedule = await look(id);
        return schedule.nextRunAt === null || Date.parse(schedule.nextRunAt) > Date.now() ? schedule : undefined;
      });
    };
    const madeBy = async (who: Person, more: { agent?: string; apiKey?: string } = {}): Promise<string> => {
      const { agent = await tasks.agent({ kind: 'worker' }), apiKey } = more;
      const credentials = apiKey === undefined ? { token: who.token } : { apiKey };
      const answer = await app.call<Paused>('POST', '/schedules', {
        ...credentials,
        body: { agent, cron: '0 0 * * *', overlap: 'queue' },
      });
      expect(answer.body).toMatchObject({ enabled: true, ownerId: who.id });
      return answer.body.id;
    };

    it.each<[string, string, (who: Person, keyId: string) => Promise<unknown>]>([
      [
        'is switched off',
        'user_inactive',
        ({ id }) => app.call('PATCH', `/users/${id}`, { token: tasks.admin, body: { isActive: false } }),
      ],
      ['is deleted', 'user_deleted', ({ id }) => app.call('DELETE', `/users/${id}`, { token: tasks.admin })],
      [
        'has a lower role than the agent takes',
        'role_too_low',
        ({ id }) => app.call('PATCH', `/users/${id}`, { token: tasks.admin, body: { role: 'API_USER' } }),
      ],
      [
        'had a key that was revoked',
        'key_ended',
        ({ token }, keyId) => app.call('DELETE', `/auth/api-keys/${keyId}`, { token }),
      ],
      [
        'had a key that expired',
        'key_ended',
        (_, keyId) =>
          database().execute(`UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = $1`, [keyId]),
      ],
    ])('when their owner %s, and say %s', async (_, reason, lose) => {
      const agent = await tasks.agent({ kind: 'worker', minimumRole: 'DEVELOPER' });
      const who = await newPerson(app, 'DEVELOPER');
      const key = await newKey(app, who);
      const id = await madeBy(who, { agent, ...(reason === 'key_ended' && { apiKey: key.apiKey }) });
      expect(await served(id)).toMatchObject({ enabled: true, lastTaskId: expect.any(String) });
      expect(await ids(agent)).toHaveLength(1);
      await lose(who, key.id);
      expect(await served(id)).toMatchObject({ enabled: false, nextRunAt: null, pausedReason: reason });
      expect(await ids(agent)).toHaveLength(1);
      const events = await database().query(
        `SELECT subject_id, details FROM audit_event WHERE action = 'schedule.paused' AND details ->> 'scheduleId' = $1`,
        [id],
      );
      expect(events).toEqual([{ subject_id: who.id, details: { scheduleId: id, agent, reason } }]);
      // Whoever switches it on answers for it from then on.
      expect((await patch(id, { priority: 7 })).body).toMatchObject({ enabled: false, pausedReason: reason });
      const resumed = await patch(id, { enabled: true });
      expect(resumed.body.pausedReason).toBeUndefined();
      expect(resumed.body).toMatchObject({ enabled: true, nextRunAt: expect.any(String) });
      await served(id);
      expect(await ids(agent)).toHaveLength(2);
    });

    it('when the agent asks for a higher role than their owner has', async () => {
      const agent = await tasks.agent({ kind: 'worker' });
      const id = await madeBy(await newPerson(app, 'DEVELOPER'), { agent });
      await app.call('PATCH', `/agents/${agent}`, { token: tasks.admin, body: { minimumRole: 'ADMIN' } });
      expect(await served(id)).toMatchObject({ enabled: false, pausedReason: 'role_too_low' });
      // A DEVELOPER may not give this agent work, by no schedule either.
      expect((await patch(id, { enabled: true })).body).toMatchObject({ status: 403, code: 'AGENT.ROLE_REQUIRED' });
      expect((await patch(id, { enabled: true }, tasks.admin)).body).toMatchObject({ enabled: true });
    });

    it('not when the key of somebody else ends, and bound no longer by the key of a former owner', async () => {
      const who = await newPerson(app, 'DEVELOPER');
      const key = await newKey(app, who);
      const id = await madeBy(who, { apiKey: key.apiKey });
      expect((await patch(id, { priority: 3 })).status).toBe(200);
      await app.call('DELETE', `/auth/api-keys/${key.id}`, { token: who.token });
      expect(await served(id)).toMatchObject({ enabled: true, lastTaskId: expect.any(String) });
    });

    it('but what they queued before goes on', async () => {
      const agent = await tasks.agent();
      await app.call('POST', `/agents/${agent}/pause`, { token: tasks.admin });
      const who = await newPerson(app, 'DEVELOPER');
      const id = await madeBy(who, { agent });
      const { lastTaskId = '' } = await served(id);
      await app.call('PATCH', `/users/${who.id}`, { token: tasks.admin, body: { isActive: false } });
      await app.call('POST', `/agents/${agent}/resume`, { token: tasks.admin });
      await tasks.until(lastTaskId, 'succeeded');
    });

    it('once, over two replicas', async () => {
      const made: string[] = [];
      const who = await newPerson(app, 'DEVELOPER');
      for (let n = 0; n < 10; n++) made.push(await madeBy(who));
      await app.call('PATCH', `/users/${who.id}`, { token: tasks.admin, body: { isActive: false } });
      await Promise.all(made.map(served));
      const events = await database().query<{ id: string }>(
        `SELECT details ->> 'scheduleId' AS id FROM audit_event WHERE action = 'schedule.paused' AND subject_id = $1`,
        [who.id],
      );
      expect(events.map(({ id }) => id).toSorted()).toEqual(made.toSorted());
    });
  });

  it('are listed in pages', async () => {
    const { body } = await app.call<{ items: unknown[]; nextCursor: string }>('GET', '/schedules?limit=3', {
      token: developer,
    });
    expect(body.items).toHaveLength(3);
    const next = await app.call<{ items: unknown[] }>('GET', `/schedules?limit=3&cursor=${body.nextCursor}`, {
      token: developer,
    });
    expect(next.body.items).not.toContainEqual(body.items[2]);
  });

  it('are found by their agent and by whose they are, and say who made them', async () => {
    const [one, two] = [await newPerson(app, 'DEVELOPER'), await newPerson(app, 'DEVELOPER')];
    const [agent, other] = [await tasks.agent(), await tasks.agent()];
    const make = async (slug: string, token: string): Promise<string> =>
      (await create({ agent: slug, cron: '0 0 1 1 *' }, token)).body.id;
    const [first, second, third] = [
      await make(agent, one.token),
      await make(other, one.token),
      await make(agent, two.token),
    ];
    const found = async (query: string) => {
      const route = `/schedules?${query}`;
      const { body } = await app.call<{ items: { id: string }[] }>('GET', route, { token: developer });
      return body.items.map(({ id }) => id);
    };
    expect(await found(`agent=${agent}`)).toEqual([third, first]);
    expect(await found(`ownerId=${one.id}`)).toEqual([second, first]);
    expect(await found(`agent=${agent}&ownerId=${one.id}`)).toEqual([first]);
    expect(await found('agent=nobody')).toEqual([]);
    expect(await read(first)).toMatchObject({ createdBy: one.id, ownerId: one.id });
    await app.call('PATCH', `/schedules/${first}`, { token: two.token, body: { priority: 6 } });
    expect(await read(first)).toMatchObject({ createdBy: one.id, ownerId: two.id });
    expect(await found(`agent=${agent}&ownerId=${two.id}`)).toEqual([third, first]);
  });

  it('say their next times before there is one', async () => {
    const preview = (query: string, token = developer) =>
      app.call<{ times: string[]; errors?: { path: string }[] }>('GET', `/schedules/times?${query}`, { token });
    const cron = encodeURIComponent('30 4 1 1 *');
    const { body } = await preview(`cron=${cron}&timeZone=Asia/Tokyo&count=3`);
    const year = new Date().getUTCFullYear();
    const first = body.times[0] === `${year}-12-31T19:30:00.000Z` ? year : year - 1;
    expect(body.times).toEqual([0, 1, 2].map((n) => `${first + n}-12-31T19:30:00.000Z`));
    expect(Date.parse(body.times[0] ?? '')).toBeGreaterThan(Date.now());
    expect((await preview(`cron=${cron}`)).body.times).toHaveLength(5);
    for (const [query, path] of [
      ['', 'cron'],
      [`cron=${encodeURIComponent('61 * * * *')}`, 'cron'],
      [`cron=${cron}&timeZone=Mars/Base`, 'timeZone'],
      [`cron=${cron}&count=11`, 'count'],
    ] as const) {
      const answer = await preview(query);
      expect([answer.status, answer.body.errors?.map((fault) => fault.path)]).toEqual([422, [path]]);
    }
    expect((await preview(`cron=${cron}`, tasks.user)).status).toBe(403);
  });

  it.each([
    [{ agent: 'scanner' }, 'cron'],
    [{ agent: 'scanner', cron: '61 * * * *' }, 'cron'],
    [{ agent: 'scanner', cron: '* * * * * *' }, 'cron'],
    [{ agent: 'scanner', cron: '0 0 31 2 *' }, 'cron'],
    [{ agent: 'scanner', cron: '0 0 * * *', timeZone: 'Mars/Base' }, 'timeZone'],
    [{ agent: 'scanner', cron: '0 0 * * *', priority: 11 }, 'priority'],
    [{ agent: 'scanner', cron: '0 0 * * *', other: 1 }, 'other'],
  ])('refuse %j for its %s', async (body, path) => {
    const answer = await create(body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors?.map((fault) => fault.path)).toContain(path);
  });
});
