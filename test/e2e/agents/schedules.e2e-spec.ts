import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
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
