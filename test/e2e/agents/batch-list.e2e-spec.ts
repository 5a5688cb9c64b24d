import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface BatchBody {
  batchId: string;
  status: string;
  totalOperations: number;
  counts: { state: string; count: number }[];
  createdBy: string;
}
type Page = { items: BatchBody[]; nextCursor: string | null };

describe('the list of batches', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let [maker, other, developer]: Person[] = [];
  let [open, closed]: string[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    [maker, other, developer] = [
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'DEVELOPER'),
    ];
    [open, closed] = [await tasks.agent({ kind: 'worker' }), await tasks.agent({ kind: 'worker' })];
  });
  afterAll(() => app.close());

  const make = async (who: Person | undefined, agents: (string | undefined)[]): Promise<string> => {
    const operations = agents.map((agent) => ({ agent }));
    const answer = await app.call<BatchBody>('POST', '/agents/batch', {
      token: who?.token ?? '',
      body: { operations },
    });
    return answer.body.batchId;
  };
  const page = async (query = '', who = developer): Promise<Page> =>
    (await app.call<Page>('GET', `/agents/batch?${query}`, { token: who?.token ?? '' })).body;
  const shown = async (id: string, who = developer): Promise<BatchBody | undefined> =>
    (await page('limit=100', who)).items.find(({ batchId }) => batchId === id);
  const end = (id: string, state: string, many: number) =>
    app.get(Database).execute(
      `UPDATE agent_task SET state = $2, finished_at = now()
       WHERE id IN (SELECT id FROM agent_task WHERE batch_id = $1 AND state = 'queued' ORDER BY id LIMIT $3)`,
      [id, state, many],
    );

  it('counts the operations of each by state', async () => {
    const id = await make(maker, [open, open, open, closed, 'nobody']);
    expect(await shown(id)).toEqual({
      batchId: id,
      status: 'running',
      totalOperations: 5,
      counts: [
        { state: 'queued', count: 4 },
        { state: 'refused', count: 1 },
      ],
      createdBy: maker?.id,
      createdAt: expect.any(String),
    });
    await end(id, 'succeeded', 3);
    await end(id, 'dead', 1);
    expect(await shown(id)).toMatchObject({
      status: 'partial',
      counts: [
        { state: 'succeeded', count: 3 },
        { state: 'dead', count: 1 },
        { state: 'refused', count: 1 },
      ],
    });
  });

  it('holds what one made oneself, of agents that one still may ask; a DEVELOPER sees all', async () => {
    const mine = await make(maker, [open, closed]);
    const hidden = await make(maker, [closed]);
    const his = await make(other, [open]);
    await app.call('PATCH', `/agents/${closed}`, { token: tasks.admin, body: { minimumRole: 'DEVELOPER' } });
    expect(await shown(mine, maker)).toMatchObject({ totalOperations: 1, counts: [{ state: 'queued', count: 1 }] });
    expect(await shown(mine)).toMatchObject({ totalOperations: 2 });
    expect([await shown(hidden, maker), await shown(his, maker)]).toEqual([undefined, undefined]);
    expect((await page('', other)).items.map(({ batchId }) => batchId)).toEqual([his]);
  });

  it('goes through all of them, newest first', async () => {
    for (let n = 0; n < 13; n++) await make(other, [open]);
    const whole = (await page('limit=100')).items.map(({ batchId }) => batchId);
    expect(whole).toEqual(whole.toSorted().toReversed());
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { items, nextCursor } = await page(`limit=4${cursor && `&cursor=${cursor}`}`);
      paged.push(...items.map(({ batchId }) => batchId));
      cursor = nextCursor;
    }
    expect(paged).toEqual(whole);
  });

  it('has fewer on a page where they are very large', async () => {
    const many = Array.from({ length: 1000 }, () => open);
    const ids = [await make(maker, many), await make(maker, many), await make(maker, many)];
    const { items, nextCursor } = await page('limit=20', maker);
    expect(items.map(({ batchId }) => batchId)).toEqual([ids[2]]);
    const next = await page(`limit=20&cursor=${nextCursor}`, maker);
    expect(next.items[0]).toMatchObject({ batchId: ids[1], totalOperations: 1000 });
  }, 60_000);
});
