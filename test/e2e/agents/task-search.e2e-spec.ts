import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

type Listed = TaskBody & {
  createdBy: string;
  scheduleId?: string;
  workerId?: string;
  dependents?: string[];
  createdAt: string;
};
interface Page {
  items: Listed[];
  nextCursor: string | null;
}
type Counts = { items: { state: string; count: number; isMore: boolean }[] };

describe('finding tasks', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let [maker, other, developer]: Person[] = [];
  let slug: string;
  let [first, second, third, fourth]: string[] = [];
  let scheduleId: string;
  let scheduled: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    [maker, other, developer] = [
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'DEVELOPER'),
    ];
    slug = await tasks.agent({ kind: 'worker' });
    [first, second, third] = [await make(maker), await make(maker), await make(other)];
    fourth = await make(maker, { dependsOn: [first, third] });
    const made = await app.call<{ id: string }>('POST', '/schedules', {
      token: developer?.token ?? '',
      body: { agent: slug, cron: '0 0 1 1 *' },
    });
    scheduleId = made.body.id;
    const run = await app.call<Listed>('POST', `/schedules/${scheduleId}/run`, { token: developer?.token ?? '' });
    scheduled = run.body.id;
    await setState(second, 'failed');
  });
  afterAll(() => app.close());

  const make = async (who: Person | undefined, body = {}): Promise<string> => {
    const { token = '' } = who ?? {};
    // Others may see it to depend on it.
    const asker = 'dependsOn' in body ? (developer?.token ?? '') : token;
    const answer = await app.call<TaskBody>('POST', `/agents/${slug}/execute`, { token: asker, body });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.body.id;
  };
  const setState = (id: string | undefined, state: string) =>
    app.get(Database).execute('UPDATE agent_task SET state = $2, finished_at = now() WHERE id = $1', [id, state]);
  const list = (query: string, who = developer) =>
    app.call<Page & { errors?: { path: string }[] }>('GET', `/tasks?${query}`, { token: who?.token ?? '' });
  const found = async (query: string, who = developer): Promise<string[]> =>
    (await list(query, who)).body.items.map(({ id }) => id);
  const read = async (id: string | undefined, who = developer): Promise<Listed> =>
    (await app.call<Listed>('GET', `/tasks/${id}`, { token: who?.token ?? '' })).body;

  it('goes by several states, repeated or separated by commas', async () => {
    expect(await found(`agent=${slug}&state=failed`)).toEqual([second]);
    for (const states of ['state=failed&state=queued', 'state=failed,queued', 'state=failed,%20queued&state=dead'])
      expect(await found(`agent=${slug}&${states}`)).toEqual([scheduled, fourth, third, second, first]);
    const answer = await list('state=failed,nowhere');
    expect([answer.status, answer.body.errors?.map(({ path }) => path)]).toEqual([422, ['state']]);
  });

  it('goes by whoever asked, as far as whoever looks may see it', async () => {
    expect(await found(`createdBy=${maker?.id}`)).toEqual([second, first]);
    expect(await found(`createdBy=${maker?.id}`, maker)).toEqual([second, first]);
    expect(await found(`createdBy=${other?.id}`, maker)).toEqual([]);
    expect(await found('createdBy=nobody')).toEqual([]);
  });

  it('goes by the schedule that queued it, and says which that was', async () => {
    expect(await found(`scheduleId=${scheduleId}`)).toEqual([scheduled]);
    expect(await found(`scheduleId=${scheduleId}&createdBy=${developer?.id}&state=queued`)).toEqual([scheduled]);
    expect(await found(`scheduleId=${scheduleId}`, maker)).toEqual([]);
    expect(await found(`scheduleId=${randomUUID()}`)).toEqual([]);
    expect((await read(scheduled)).scheduleId).toBe(scheduleId);
    expect((await read(first)).scheduleId).toBeUndefined();
  });

  it('goes by a span of time, from its beginning on and before its end', async () => {
    const [a, b] = [(await read(first)).createdAt, (await read(third)).createdAt];
    expect(await found(`agent=${slug}&from=${a}&to=${b}`)).toEqual([second, first]);
    expect(await found(`agent=${slug}&from=${b}`)).toEqual([scheduled, fourth, third]);
    expect(await found(`from=${b}&createdBy=${maker?.id}`)).toEqual([]);
    const today = a.slice(0, 10);
    expect(await found(`agent=${slug}&from=${today}&to=${today}`)).toHaveLength(5);
    expect(await found(`agent=${slug}&to=2020-01-01`)).toEqual([]);
    const answer = await list(`from=${b}&to=${a}`);
    expect([answer.status, answer.body.errors?.map(({ path }) => path)]).toEqual([422, ['from']]);
  });

  it('goes by a part of the description, whatever its case', async () => {
    const agent = await tasks.agent({ kind: 'worker' });
    const describe = async (taskDescription: string, token = developer?.token): Promise<string> =>
      (await tasks.execute(agent, { taskDescription }, '', token)).body.id;
    const [one, two, three] = [
      await describe('Reads the Invoices of ACME (100 %)'),
      await describe('Pays an invoice', maker?.token),
      await describe(`${'x'.repeat(480)} first words, and then invoices`),
    ];
    await tasks.execute(agent);
    expect(await found(`agent=${agent}&text=INVOICE`)).toEqual([two, one]);
    expect(await found(`text=first%20words`)).toEqual([three]);
    expect(await found('text=acme%20(100%20%25)')).toEqual([one]);
    expect(await found('text=acme_')).toEqual([]);
    expect(await found('text=invoice', maker)).toEqual([two]);
    expect(await found(`text=invoice&state=failed`)).toEqual([]);
    expect(await found(`text=invoice&createdBy=${maker?.id}&from=2020-01-01`)).toEqual([two]);
    const { body } = await list(`agent=${agent}&text=invoice&limit=1`);
    expect(body.items.map(({ id }) => id)).toEqual([two]);
    expect(await found(`agent=${agent}&text=invoice&limit=1&cursor=${body.nextCursor}`)).toEqual([one]);
    for (const text of ['in', '---', '%25%25%25', 'a b c']) expect((await list(`text=${text}`)).status).toBe(422);
  });

  it('pages through what it finds', async () => {
    const all: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await list(`agent=${slug}&limit=2&state=queued,failed${cursor && `&cursor=${cursor}`}`);
      all.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(all).toEqual([scheduled, fourth, third, second, first]);
  });

  it('says of each what it is, and leaves what may be large to the task itself', async () => {
    const { body } = await list(`agent=${slug}&state=failed`);
    expect(body.items[0]).toMatchObject({ id: second, createdBy: maker?.id, state: 'failed' });
    for (const field of ['parameters', 'output', 'dependents']) expect(body.items[0]).not.toHaveProperty(field);
    expect(await read(second)).toMatchObject({ parameters: {}, dependents: [] });
  });

  it('says who holds a task, and what depends on it as far as one may see that', async () => {
    const worker = await app.call<{ workerId: string }>('POST', '/workers', {
      token: other?.token ?? '',
      body: { name: 'w', agents: [slug] },
    });
    const { workerId } = worker.body;
    const mine = await tasks.agent({ kind: 'worker' });
    const { body } = await tasks.execute(mine);
    await app.call('POST', '/leases', { token: other?.token ?? '', body: { workerId, agents: [mine] } });
    expect(await read(body.id)).toMatchObject({ state: 'leased', workerId });
    expect((await read(third)).dependents).toEqual([fourth]);
    expect((await read(third, other)).dependents).toEqual([]);
    expect((await read(fourth)).dependents).toEqual([]);
  });

  describe('and counting them', () => {
    const counts = async (query: string, who = developer): Promise<Record<string, number>> => {
      const { body } = await app.call<Counts>('GET', `/tasks/counts?${query}`, { token: who?.token ?? '' });
      expect(body.items).toHaveLength(8);
      return Object.fromEntries(body.items.filter(({ count }) => count > 0).map(({ state, count }) => [state, count]));
    };

    it('goes by the same filters, for the same eyes', async () => {
      expect(await counts(`agent=${slug}`)).toEqual({ queued: 4, failed: 1 });
      expect(await counts(`agent=${slug}`, maker)).toEqual({ queued: 1, failed: 1 });
      expect(await counts(`agent=${slug}`, other)).toEqual({ queued: 1 });
      expect(await counts(`scheduleId=${scheduleId}`)).toEqual({ queued: 1 });
      expect(await counts(`createdBy=${maker?.id}&agent=nobody`)).toEqual({});
      // What a worker of his holds is seen by its credential.
      expect((await counts('', other))['leased']).toBe(1);
      expect((await counts('', maker))['leased']).toBeUndefined();
    });

    it('of a batch too', async () => {
      const operations = [{ agent: slug }, { agent: slug }, { agent: 'nobody' }];
      const made = await app.call<{ batchId: string }>('POST', '/agents/batch', {
        token: maker?.token ?? '',
        body: { operations },
      });
      expect(await counts(`batchId=${made.body.batchId}`)).toEqual({ queued: 2 });
      expect(await counts(`batchId=${made.body.batchId}`, other)).toEqual({});
    });

    it('stops at a thousand, and says that there are more', async () => {
      const many = await tasks.agent({ kind: 'worker' });
      await app.get(Database).execute(
        `INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, created_by, finished_at)
         SELECT gen_random_uuid(), a.id, 'succeeded', 5, 1, 1, 'somebody', now() FROM agent a, generate_series(1, 1001) WHERE a.slug = $1`,
        [many],
      );
      const { body } = await app.call<Counts>('GET', `/tasks/counts?agent=${many}`, { token: developer?.token ?? '' });
      expect(body.items.find(({ state }) => state === 'succeeded')).toEqual({
        state: 'succeeded',
        count: 1000,
        isMore: true,
      });
      expect(body.items.find(({ state }) => state === 'failed')).toEqual({ state: 'failed', count: 0, isMore: false });
    });
  });
});
