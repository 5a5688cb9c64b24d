import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { type Credentials, newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

type Page = { items: TaskBody[]; nextCursor: string | null };

describe('what is seen of tasks', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let open: string;
  let closed: string;
  let [user, stranger, developer, admin]: Person[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    open = await tasks.agent({ kind: 'worker', concurrency: 100 });
    closed = await tasks.agent({ kind: 'worker', concurrency: 100, minimumRole: 'ADMIN' });
    user = await newPerson(app, 'API_USER');
    stranger = await newPerson(app, 'API_USER');
    developer = await newPerson(app, 'DEVELOPER');
    admin = await newPerson(app, 'ADMIN');
  });
  afterAll(() => app.close());

  const by = (who: Credentials | undefined): Credentials => ({
    ...(who?.token !== undefined && { token: who.token }),
    ...(who?.apiKey !== undefined && { apiKey: who.apiKey }),
  });
  const execute = (slug: string, who: Credentials | undefined, body: object = {}) =>
    app.call<TaskBody & { code: string }>('POST', `/agents/${slug}/execute`, { ...by(who), body });
  const statusOf = async (route: string, who: Credentials | undefined): Promise<number> =>
    (await app.call('GET', route, by(who))).status;
  const listed = async (who: Credentials | undefined, query: string): Promise<string[]> => {
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await app.call<Page>('GET', `/tasks?limit=3${query}${cursor}`, by(who));
      ids.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor === null ? '' : `&cursor=${encodeURIComponent(body.nextCursor)}`;
    } while (cursor !== '');
    return ids;
  };

  it('follows the role of the credential, not of its owner', async () => {
    const { body } = await execute(closed, admin);
    const low = await newKey(app, admin as Person, { role: 'API_USER' });
    const high = await newKey(app, admin as Person, { role: 'ADMIN', agents: [open] });
    for (const [who, status] of [
      [admin, 200],
      [high, 200],
      [developer, 200],
      [low, 404],
      [user, 404],
    ] as const) {
      for (const route of ['', '/why']) expect(await statusOf(`/tasks/${body.id}${route}`, who)).toBe(status);
      expect(await statusOf(`/tasks/${body.id}/cancel`, who)).toBe(404);
    }
    expect((await app.call('POST', `/tasks/${body.id}/cancel`, by(low))).status).toBe(404);
    // What the lower key may ask for is its owner's all the same.
    const his = await execute(open, low);
    expect(await statusOf(`/tasks/${his.body.id}`, admin)).toBe(200);
    expect(await statusOf(`/tasks/${his.body.id}`, low)).toBe(200);
  });

  it('is lost with the role of the maker, and with a higher one of the agent', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await execute(slug, user);
    expect(await statusOf(`/tasks/${body.id}`, user)).toBe(200);
    await app.call('PATCH', `/agents/${slug}`, { token: tasks.admin, body: { minimumRole: 'DEVELOPER' } });
    expect(await statusOf(`/tasks/${body.id}`, user)).toBe(404);
    expect(await listed(user, `&agent=${slug}`)).toEqual([]);
    expect(await statusOf(`/tasks/${body.id}`, developer)).toBe(200);
  });

  it('shows of a batch the operations whose tasks are seen', async () => {
    const operations = [{ agent: closed }, { agent: open }, { agent: 'nobody' }];
    const made = await app.call<{ batchId: string }>('POST', '/agents/batch', { ...by(admin), body: { operations } });
    const low = await newKey(app, admin as Person, { role: 'API_USER' });
    const route = `/agents/batch/${made.body.batchId}`;
    const shown = async (who: Credentials | undefined): Promise<number[]> => {
      const { body } = await app.call<{ results?: { index: number }[]; code?: string }>('GET', route, by(who));
      if (!body.results) expect(body.code).toBe('BATCH.NOT_FOUND');
      return (body.results ?? []).map(({ index }) => index);
    };
    expect(await shown(admin)).toEqual([0, 1, 2]);
    expect(await shown(developer)).toEqual([0, 1, 2]);
    expect(await shown(low)).toEqual([1, 2]);
    expect(await shown(user)).toEqual([]);
  });

  it('does not tell strangers of a batch by making them wait for it', async () => {
    const body = { operations: [{ agent: open }] };
    const made = await app.call<{ batchId: string }>('POST', '/agents/batch', { ...by(admin), body });
    const began = performance.now();
    expect(await statusOf(`/agents/batch/${made.body.batchId}?wait=20`, user)).toBe(404);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('is the same in a list as one by one, for everybody, by every filter and through all pages', async () => {
    const carrier = await newKey(app, stranger as Person);
    const { body } = await app.call<{ workerId: string }>('POST', '/workers', { ...by(carrier), body: { name: 'w' } });
    const makers = [user, stranger, developer, admin];
    for (let n = 0; n < 16; n++) await execute(n % 4 === 3 ? closed : open, makers[n % 4]);
    const low = await newKey(app, admin as Person, { role: 'API_USER' });
    for (let n = 0; n < 3; n++) await execute(open, low);
    await app.call('POST', '/leases', { ...by(carrier), body: { workerId: body.workerId, max: 5 } });
    const batch = await app.call<{ batchId: string }>('POST', '/agents/batch', {
      ...by(admin),
      body: { operations: [{ agent: open }, { agent: closed }, { agent: open }] },
    });
    const all = await app
      .get(Database)
      .query<{ id: string; slug: string; state: string; batch_id: string | null }>(
        'SELECT t.id, a.slug, t.state, t.batch_id FROM agent_task t JOIN agent a ON a.id = t.agent_id ORDER BY t.id DESC',
      );
    const { batchId } = batch.body;
    const filters: [string, (task: (typeof all)[number]) => boolean][] = [
      ['', () => true],
      [`&agent=${open}`, ({ slug }) => slug === open],
      [`&agent=${closed}`, ({ slug }) => slug === closed],
      ['&state=leased', ({ state }) => state === 'leased'],
      ['&state=queued', ({ state }) => state === 'queued'],
      [`&state=queued&agent=${open}`, ({ slug, state }) => slug === open && state === 'queued'],
      [`&batchId=${batchId}`, ({ batch_id }) => batch_id === batchId],
      [`&batchId=${batchId}&agent=${closed}`, ({ batch_id, slug }) => batch_id === batchId && slug === closed],
      ['&state=dead', ({ state }) => state === 'dead'],
      ['&agent=nobody', () => false],
    ];
    for (const [name, who] of Object.entries({ user, stranger, developer, admin, carrier, low })) {
      const seen = new Set<string>();
      for (const { id } of all) if ((await statusOf(`/tasks/${id}`, who)) === 200) seen.add(id);
      expect({ name, some: seen.size > 0, all: seen.size === all.length }).toEqual({
        name,
        some: true,
        all: name === 'developer' || name === 'admin',
      });
      for (const [query, matches] of filters) {
        const expected = all.filter((task) => seen.has(task.id) && matches(task)).map(({ id }) => id);
        expect({ name, query, ids: await listed(who, query) }).toEqual({ name, query, ids: expected });
      }
    }
  });

  it('is asked of tasks to depend on, so that nothing is learnt of them or held up by them', async () => {
    const { body } = await execute(open, admin);
    const refused = await execute(open, user, { dependsOn: [body.id] });
    expect(refused.body).toMatchObject({ status: 422, code: 'TASK.DEPENDENCY_NOT_FOUND' });
    const unknown = await execute(open, user, { dependsOn: [randomUUID()] });
    expect(unknown.body).toMatchObject({ status: 422, code: 'TASK.DEPENDENCY_NOT_FOUND' });
    const operations = [{ agent: open, dependsOn: [body.id] }];
    const batch = await app.call('POST', '/agents/batch', { ...by(user), body: { operations } });
    expect(batch.body).toMatchObject({ status: 422, code: 'TASK.DEPENDENCY_NOT_FOUND' });
    expect((await execute(open, developer, { dependsOn: [body.id] })).status).toBe(202);
  });

  it('leaves out what was said of a task where everybody looks', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const { body } = await execute(slug, admin);
    await app.get(Database).execute(`UPDATE agent_task SET state = 'waiting_approval' WHERE id = $1`, [body.id]);
    const reason = 'Only the board knows why';
    await app.call('POST', `/tasks/${body.id}/refuse`, { ...by(developer), body: { reason } });
    const reader = await newPerson(app, 'READ_ONLY');
    const { text } = await app.call('GET', '/dashboard/activities', by(reader));
    expect(text).toContain(body.id);
    expect(text).toContain('The task cancelled: TASK.REFUSED');
    expect(text).not.toContain(reason);
  });

  it('is the same through MCP', async () => {
    const { body } = await execute(open, admin);
    const batch = await app.call<{ batchId: string }>('POST', '/agents/batch', {
      ...by(admin),
      body: { operations: [{ agent: open }] },
    });
    const low = await newKey(app, admin as Person, { role: 'API_USER' });
    for (const [who, isSeen] of [
      [user, false],
      [stranger, false],
      [developer, true],
      [low, true],
    ] as const) {
      const client = new Client({ name: 'test', version: '1.0.0' });
      const { token, apiKey } = by(who);
      const headers: Record<string, string> = {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      };
      await client.connect(new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), { requestInit: { headers } }));
      for (const [name, id] of [
        ['get_task', body.id],
        ['get_batch', batch.body.batchId],
      ] as const) {
        const answer = await client.callTool({ name, arguments: { id } });
        const [content] = answer.content as { text: string }[];
        const code = name === 'get_task' ? 'TASK.NOT_FOUND' : 'BATCH.NOT_FOUND';
        expect({ name, isError: answer.isError === true }).toEqual({ name, isError: !isSeen });
        if (!isSeen) expect(JSON.parse(content?.text ?? '')).toMatchObject({ code });
      }
      await client.close();
    }
  });

  it('ends for a worker with its lease, while it reads', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const key = await newKey(app, stranger as Person, { agents: [slug] });
    const worker = await app.call<{ workerId: string }>('POST', '/workers', { ...by(key), body: { name: 'w' } });
    const { body } = await execute(slug, admin);
    const leased = await app.call<{ tasks: { leaseToken: string }[] }>('POST', '/leases', {
      ...by(key),
      body: { workerId: worker.body.workerId },
    });
    const { leaseToken } = leased.body.tasks[0] ?? {};
    const reading = app.call('GET', `/tasks/${body.id}/events`, by(key));
    // A release that overtakes the reader would leave him nothing to read.
    await sleep(500);
    expect((await app.call('POST', `/tasks/${body.id}/release`, { ...by(key), body: { leaseToken } })).status).toBe(
      204,
    );
    const { text } = await reading;
    expect(text).toContain('event: started');
    expect(await statusOf(`/tasks/${body.id}`, key)).toBe(404);
  }, 30_000);

  it('ends with the key of a reader, and when his user is switched off, while he reads', async () => {
    const { body } = await execute(open, admin);
    const [reader, other] = [await newPerson(app, 'DEVELOPER'), await newPerson(app, 'DEVELOPER')];
    const key = await newKey(app, reader);
    const reading = [key, other].map((who) => app.call('GET', `/tasks/${body.id}/events`, by(who)));
    await sleep(500);
    await app.call('DELETE', `/auth/api-keys/${key.id}`, by(reader));
    await app.call('PATCH', `/users/${other.id}`, { token: tasks.admin, body: { isActive: false } });
    for (const { status, text } of await Promise.all(reading)) {
      expect(status).toBe(200);
      expect(text).toContain('event: queued');
    }
  }, 30_000);
});
