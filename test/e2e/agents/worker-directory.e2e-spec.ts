import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface WorkerBody {
  id: string;
  name: string;
  held: number;
  tasks?: { id: string; agent: string; state: string }[];
}
type Page = { items: WorkerBody[]; nextCursor: string | null };

describe('the workers that people look at', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let [owner, other, developer]: Person[] = [];
  let slug: string;
  let [busy, idle, gone]: string[] = [];
  let apiKey: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    [owner, other, developer] = [
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'DEVELOPER'),
    ];
    slug = await tasks.agent({ kind: 'worker' });
    ({ apiKey } = await newKey(app, owner));
    busy = await register({ name: 'busy', agents: [slug], slots: 4, runtime: 'python 3.12' }, { apiKey });
    idle = await register({ name: 'idle' }, { token: owner.token });
    gone = await register({ name: 'gone' }, { token: developer.token });
    await app
      .get(Database)
      .execute(`UPDATE agent_worker SET last_seen_at = now() - interval '2 minutes' WHERE id = $1`, [gone]);
    await tasks.execute(slug);
    await tasks.execute(slug);
    await app.call('POST', '/leases', { apiKey, body: { workerId: busy, max: 2 } });
  });
  afterAll(() => app.close());

  const register = async (body: object, by: object): Promise<string> =>
    (await app.call<{ workerId: string }>('POST', '/workers', { ...by, body })).body.workerId;
  const list = async (query: string, who = developer): Promise<WorkerBody[]> =>
    (await app.call<Page>('GET', `/workers?${query}`, { token: who?.token ?? '' })).body.items;
  const names = async (query: string, who = developer): Promise<string[]> =>
    (await list(query, who)).map(({ name }) => name);

  it('are their own, and all for a DEVELOPER, newest first', async () => {
    expect(await names('')).toEqual(['gone', 'idle', 'busy']);
    expect(await names('', owner)).toEqual(['idle', 'busy']);
    expect(await names('', other)).toEqual([]);
    const { body } = await app.call<Page>('GET', '/workers?limit=2', { token: developer?.token ?? '' });
    expect(await names(`limit=2&cursor=${body.nextCursor}`)).toEqual(['busy']);
  });

  it('are there, or were heard of too long ago', async () => {
    expect(await names('isAlive=true')).toEqual(['idle', 'busy']);
    expect(await names('isAlive=false')).toEqual(['gone']);
    expect(await names('isAlive=false', owner)).toEqual([]);
    const answer = await app.call('GET', '/workers?isAlive=perhaps', { token: developer?.token ?? '' });
    expect(answer.status).toBe(422);
  });

  it('say what they are and how much they hold', async () => {
    const [worker] = (await list('')).filter(({ id }) => id === busy);
    expect(worker).toEqual({
      id: busy,
      name: 'busy',
      runtime: 'python 3.12',
      agents: [slug],
      slots: 4,
      held: 2,
      ownerId: owner?.id,
      registeredAt: expect.any(String),
      lastSeenAt: expect.any(String),
    });
    expect((await list('')).find(({ id }) => id === idle)).toMatchObject({ agents: [], slots: 1, held: 0 });
  });

  it('say what they hold to those who may see it', async () => {
    const read = (id: string | undefined, by: object) => app.call<WorkerBody>('GET', `/workers/${id}`, by);
    const all = (await read(busy, { token: developer?.token })).body.tasks ?? [];
    expect(all.map(({ agent, state }) => [agent, state])).toEqual([
      [slug, 'leased'],
      [slug, 'leased'],
    ]);
    expect((await read(busy, { apiKey })).body.tasks).toHaveLength(2);
    // A session of the key's user does not see what the key holds of others.
    expect((await read(busy, { token: owner?.token })).body).toMatchObject({ held: 2, tasks: [] });
    for (const [id, by] of [
      [busy, { token: other?.token }],
      [gone, { token: owner?.token }],
      [randomUUID(), { token: developer?.token }],
    ] as const)
      expect((await read(id, by)).body).toMatchObject({ status: 404, code: 'WORKER.NOT_FOUND' });
  });
});
