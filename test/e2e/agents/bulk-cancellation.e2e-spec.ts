import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Cancelled {
  results: { id: string; outcome: string; code?: string; detail?: string }[];
  nextCursor: string | null;
  errors?: { path: string }[];
}

describe('cancelling many tasks', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let [maker, other, developer]: Person[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    [maker, other, developer] = [
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'API_USER'),
      await newPerson(app, 'DEVELOPER'),
    ];
  });
  afterAll(() => app.close());

  const make = async (slug: string, who: Person | undefined, body = {}): Promise<string> =>
    (await app.call<TaskBody>('POST', `/agents/${slug}/execute`, { token: who?.token ?? '', body })).body.id;
  const cancel = (body: object, who = developer) =>
    app.call<Cancelled>('POST', '/tasks/cancel', { token: who?.token ?? '', body });
  const outcomes = async (body: object, who = developer): Promise<Record<string, string>> =>
    Object.fromEntries((await cancel(body, who)).body.results.map(({ id, outcome, code }) => [id, code ?? outcome]));
  const stateOf = async (id: string): Promise<string> => (await tasks.read(id)).state;
  const trail = (ids: string[]) =>
    app.get(Database).query<{ task: string; actor_id: string; subject_id: string }>(
      `SELECT details ->> 'taskId' AS task, actor_id, subject_id FROM audit_event
       WHERE action = 'task.cancelled' AND details ->> 'taskId' = ANY ($1) ORDER BY 1`,
      [ids],
    );

  it('has a verdict for each that is named, as if it were the only one', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const [own, his, done, unknown] = [
      await make(slug, maker),
      await make(slug, other),
      await make(slug, maker),
      randomUUID(),
    ];
    await app.get(Database).execute(`UPDATE agent_task SET state = 'dead', finished_at = now() WHERE id = $1`, [done]);
    const ids = [own, his, done.toUpperCase(), unknown, own];
    const expected = {
      [own]: 'cancelled',
      [his]: 'TASK.NOT_FOUND',
      [done]: 'TASK.INVALID_STATE',
      [unknown]: 'TASK.NOT_FOUND',
    };
    expect(await outcomes({ ids, dryRun: true }, maker)).toEqual(expected);
    expect(await stateOf(own)).toBe('queued');
    const { body } = await cancel({ ids }, maker);
    expect(body.results.map(({ id }) => id)).toEqual([own, his, done, unknown]);
    expect(body.results[2]?.detail).toBe('The task has ended: dead');
    // Twice is as good as once.
    expect(await outcomes({ ids }, maker)).toEqual(expected);
    expect([await stateOf(own), await stateOf(his), await stateOf(done)]).toEqual(['cancelled', 'queued', 'dead']);
    expect(await tasks.eventTypes(own)).toEqual(['queued', 'cancelled']);
  });

  it('tells the runners of those that run', async () => {
    const stopped: string[] = [];
    tasks.handle = async ({ id }, signal) => {
      await sleep(60_000, undefined, { signal }).catch(() => stopped.push(id));
      throw new Error('stopped');
    };
    const slug = await tasks.agent({ concurrency: 2 });
    const [one, two] = [await make(slug, maker), await make(slug, maker)];
    for (const id of [one, two]) await tasks.until(id, 'running');
    expect(await outcomes({ ids: [one, two], dryRun: true })).toEqual({ [one]: 'requested', [two]: 'requested' });
    expect(await outcomes({ ids: [one, two] })).toEqual({ [one]: 'requested', [two]: 'requested' });
    for (const id of [one, two]) await tasks.until(id, 'cancelled');
    expect(stopped.toSorted()).toEqual([one, two].toSorted());
  });

  it('stops what depends on another before that one, so that it is cancelled and does not fail', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const first = await make(slug, maker);
    const second = await make(slug, maker, { dependsOn: [first] });
    const third = await make(slug, maker, { dependsOn: [first] });
    expect(await outcomes({ ids: [first, second] })).toEqual({ [first]: 'cancelled', [second]: 'cancelled' });
    expect([await stateOf(second), await stateOf(third)]).toEqual(['cancelled', 'failed']);
  });

  it('finds what to stop, as far as one may, page by page', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const [his, own]: [string[], string[]] = [[], []];
    for (let n = 0; n < 3; n++) {
      his.push(await make(slug, other));
      own.push(await make(slug, maker));
    }
    expect(await outcomes({ agent: slug, dryRun: true }, maker)).toEqual(
      Object.fromEntries(own.map((id) => [id, 'cancelled'])),
    );
    expect(await outcomes({ agent: slug, createdBy: other?.id }, maker)).toEqual({});
    const all = [...his, ...own].sort().reverse();
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const { body } = await cancel({
        agent: slug,
        state: ['queued'],
        limit: 2,
        dryRun: true,
        ...(cursor && { cursor }),
      });
      seen.push(...body.results.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(all);
    expect((await cancel({ agent: slug, createdBy: other?.id })).body.results.map(({ id }) => id)).toEqual(
      his.toReversed(),
    );
    expect((await cancel({ agent: slug })).body.results.map(({ id }) => id)).toEqual(own.toReversed());
    expect((await cancel({ agent: slug })).body).toEqual({ results: [], nextCursor: null });
  });

  it('takes more than fit into one transaction', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const operations = Array.from({ length: 120 }, () => ({ agent: slug }));
    const { body } = await app.call<{ batchId: string }>('POST', '/agents/batch', {
      token: maker?.token ?? '',
      body: { operations },
    });
    const answer = await cancel({ batchId: body.batchId, limit: 1000 });
    expect(answer.body.results.map(({ outcome }) => outcome)).toEqual(operations.map(() => 'cancelled'));
    const batch = await app.call('GET', `/agents/batch/${body.batchId}`, { token: maker?.token ?? '' });
    expect(batch.body).toMatchObject({ status: 'failed' });
  });

  it('leaves in the audit trail what each would have left alone', async () => {
    const slug = await tasks.agent({ kind: 'worker' });
    const [his, own] = [await make(slug, maker), await make(slug, developer)];
    await cancel({ ids: [his, own], dryRun: true });
    expect(await trail([his, own])).toEqual([]);
    for (let n = 0; n < 2; n++) await cancel({ ids: [his, own] });
    expect(await trail([his, own])).toEqual([{ task: his, actor_id: developer?.id, subject_id: maker?.id }]);
  });

  it('wants to know which, one way or the other', async () => {
    for (const body of [{}, { dryRun: true, limit: 5 }, { ids: [randomUUID()], agent: 'scanner' }]) {
      const answer = await cancel(body);
      expect([answer.status, answer.body.errors?.map(({ path }) => path)]).toEqual([422, ['ids']]);
    }
    for (const body of [{ state: ['dead'] }, { ids: [] }, { agent: 'scanner', limit: 1001 }, { ids: ['x'] }])
      expect((await cancel(body)).status).toBe(422);
    expect((await cancel({ agent: 'scanner', from: '2026-02-01', to: '2026-01-01' })).status).toBe(422);
  });
});
