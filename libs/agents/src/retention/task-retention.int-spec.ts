import { type CheckpointFault, CheckpointService } from '#platform/checkpoints';
import { Database } from '#platform/database';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { type Place, TaskRemovalRepository } from './task-removal.repository.js';
import { eventually } from '../../../../test/e2e/errors/eventually.js';
import { AgentTasks, type TaskBody } from '../../../../test/support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

const SETTINGS = { AGENTS_RETENTION_DAYS: '30', AGENTS_FAILED_RETENTION_DAYS: '90' };
const ENDS = ['succeeded', 'cancelled', 'failed', 'dead'];

let app: TestApp;
let tasks: AgentTasks;
let slug: string;

beforeAll(async () => {
  app = await startTestApp(SETTINGS);
  tasks = await AgentTasks.on(app);
  slug = await tasks.agent();
});
afterAll(() => app.close());

const database = (): Database => app.get(Database);
const sql = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> => database().query(text, values);

/** A task that ended in a state so many days ago, with its real events. */
async function ended(days: number, state = 'succeeded', body: object = {}): Promise<string> {
  const { id } = (await tasks.execute(slug, body, '?wait=10')).body;
  await age([id], days, state);
  return id;
}

const age = (ids: readonly string[], days: number, state = 'succeeded'): Promise<unknown> =>
  sql(
    `UPDATE agent_task SET state = $3, finished_at = now() - make_interval(days => $2) WHERE id = ANY ($1)`,
    ids,
    days,
    state,
  );

/** Lets the job run now, at a replica that has just started. */
async function removeEnded(): Promise<void> {
  await sql(`DELETE FROM scheduled_job WHERE name = 'agents.retention'`);
  const replica = await startTestApp(SETTINGS, app);
  try {
    await eventually(async () => {
      const [run] = await sql(`SELECT finished_at FROM scheduled_job WHERE name = 'agents.retention'`);
      return run?.['finished_at'] ?? undefined;
    }, 20_000);
  } finally {
    await replica.close();
  }
}

async function kept(ids: readonly string[]): Promise<boolean[]> {
  const found = new Set((await sql('SELECT id FROM agent_task WHERE id = ANY ($1)', ids)).map(({ id }) => id));
  return ids.map((id) => found.has(id));
}

const get = (route: string): ReturnType<TestApp['call']> => app.call('GET', route, { token: tasks.admin });
const compare = async (kept: Awaited<ReturnType<CheckpointService['issue']>>): Promise<CheckpointFault[]> =>
  app.get(CheckpointService).compare(kept);

describe('retention', () => {
  it('is by state and age, and leaves every sum, every other task and every list that is being read', async () => {
    const ages = [2, 29, 31, 89, 91];
    const made = await Promise.all(
      ENDS.flatMap((state) => ages.map(async (days) => ({ state, days, id: await ended(days, state) }))),
    );
    // More than one statement removes.
    const [{ id: pattern } = { id: '' }] = made;
    await sql(
      `INSERT INTO agent_task SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'finished_at', now() - interval '40 days'))).*
       FROM agent_task t, generate_series(1, 600) WHERE t.id = $1`,
      pattern,
    );
    const key = { 'Idempotency-Key': 'once' };
    const keyed = await app.call<TaskBody>('POST', `/agents/${slug}/execute?wait=10`, {
      token: tasks.user,
      body: {},
      headers: key,
    });
    await age([keyed.body.id], 40);
    const schedule = await app.call<{ id: string }>('POST', '/schedules', {
      token: await app.tokenFor('DEVELOPER'),
      body: { agent: slug, cron: '0 0 1 1 *', timeZone: 'UTC' },
    });
    await sql('UPDATE agent_schedule SET last_task_id = $2 WHERE id = $1', schedule.body.id, keyed.body.id);

    const page = await app.call<{ items: { id: string }[]; nextCursor: string }>('GET', '/tasks?limit=3', {
      token: tasks.admin,
    });
    const [health, sums] = [await get(`/agents/${slug}/health`), await sql('SELECT * FROM agent_statistic')];
    await removeEnded();

    for (const { id, state, days } of made) {
      const isKept = days < (state === 'succeeded' || state === 'cancelled' ? 30 : 90);
      expect([state, days, await kept([id])]).toEqual([state, days, [isKept]]);
      for (const route of ['', '/events', '/why']) {
        expect((await get(`/tasks/${id}${route}`)).status === 404).toBe(!isKept);
      }
      expect((await tasks.eventTypes(id)).length > 0).toBe(isKept);
      if (isKept) expect(await app.get(TaskEventRepository).broken([id])).toEqual(new Map());
    }
    const [counted] =
      await sql(`SELECT count(*)::int AS n FROM agent_task WHERE finished_at < now() - interval '35 days'
      AND state = 'succeeded'`);
    expect(counted?.['n']).toBe(0);
    expect((await get(`/agents/${slug}/health`)).body).toEqual(health.body);
    expect(await sql('SELECT * FROM agent_statistic')).toEqual(sums);
    expect((await get(`/schedules/${schedule.body.id}`)).body).not.toHaveProperty('lastTaskId', keyed.body.id);
    const next = await get(`/tasks?limit=3&cursor=${page.body.nextCursor}`);
    expect(next.status).toBe(200);
    expect((await get('/dashboard/activities')).status).toBe(200);
    // The key went with the task that it led to.
    const again = await app.call<TaskBody>('POST', `/agents/${slug}/execute?wait=10`, {
      token: tasks.user,
      body: {},
      headers: key,
    });
    expect([again.status, again.body.id === keyed.body.id]).toEqual([200, false]);
  });

  it('spares what something else still asks for', async () => {
    const open = { runAt: new Date(Date.now() + 3_600_000).toISOString() };
    const after = async (id: string, body: object = {}): Promise<string> =>
      (await tasks.execute(slug, { dependsOn: [id], ...body }, '?wait=0')).body.id;
    const [awaited, done, failed, cancelled] = [await ended(2), await ended(2), await ended(2), await ended(2)];
    const [waiting, later, retriable, gone] = [
      await after(awaited, open),
      await after(done),
      await after(failed),
      await after(cancelled),
    ];
    for (const id of [later, retriable, gone]) await tasks.until(id, 'succeeded');
    await age([awaited, done], 400);
    await age([failed], 400, 'dead');
    await age([cancelled], 400, 'cancelled');
    await age([retriable], 10, 'failed');
    await age([gone], 400, 'failed');
    await removeEnded();
    // Succeeded, and nothing waits for it any more: what depended on it goes on without it.
    expect(await kept([awaited, waiting, done, later])).toEqual([true, true, false, true]);
    expect(await kept([failed, retriable, gone])).toEqual([true, true, false]);
    // Its turn comes after what depended on it went.
    await removeEnded();
    expect(await kept([cancelled, failed])).toEqual([false, true]);
    expect((await app.call('POST', `/tasks/${retriable}/retry`, { token: tasks.admin })).status).toBe(409);
  });

  it('goes on behind what is spared, though all of it ended at one moment', async () => {
    const [awaited, done] = [await Promise.all(Array.from({ length: 7 }, () => ended(2))), [] as string[]];
    const open = { runAt: new Date(Date.now() + 3_600_000).toISOString(), dependsOn: awaited };
    expect((await tasks.execute(slug, open, '?wait=0')).status).toBe(202);
    for (let n = 0; n < 7; n++) done.push(await ended(2));
    // Finer than a Date.
    await sql(`UPDATE agent_task SET finished_at = '2020-01-01T00:00:00.000777Z' WHERE id = ANY ($1)`, [
      ...awaited,
      ...done,
    ]);
    const removal = app.get(TaskRemovalRepository);
    const before = new Date('2020-01-02T00:00:00Z');
    let [pages, removed] = [0, 0];
    for (let after: Place | undefined, isLast = false; !isLast; pages++) {
      if (pages > 20) throw new Error('It reads the same page again and again');
      const page = await removal.removeEnded('succeeded', before, 3, after);
      removed += page.removed;
      [after, isLast] = [page.next, page.next === undefined];
    }
    expect([removed, pages > 4]).toEqual([7, true]);
    expect(await kept([...awaited, ...done])).toEqual([...awaited.map(() => true), ...done.map(() => false)]);
  });

  it('takes a batch as a whole, once the time of all its tasks has come', async () => {
    const batch = async (operations: object[]): Promise<{ batchId: string; ids: string[] }> => {
      const { body } = await app.call<{ batchId: string; results: { taskId: string }[] }>(
        'POST',
        '/agents/batch?wait=1',
        {
          token: tasks.user,
          body: { operations: operations.map((operation) => ({ agent: slug, ...operation })) },
          headers: { 'Idempotency-Key': `batch-of-${operations.length}` },
        },
      );
      return { batchId: body.batchId, ids: body.results.map(({ taskId }) => taskId) };
    };
    const whole = await batch([{ ref: 'a' }, { dependsOn: ['a'] }]);
    const mixed = await batch([{}, {}, {}]);
    const open = await batch([{}, {}, {}, { runAt: new Date(Date.now() + 3_600_000).toISOString() }]);
    const refused = await batch(Array.from({ length: 5 }, () => ({ agent: 'nobody' })));
    await sql(`UPDATE agent_batch SET created_at = created_at - interval '500 days'`);
    await age(whole.ids, 400);
    await age(mixed.ids.slice(0, 2), 400);
    await age(mixed.ids.slice(2), 89, 'dead');
    await age(open.ids.slice(0, 3), 400);
    await removeEnded();
    for (const { batchId } of [whole, refused]) expect((await get(`/agents/batch/${batchId}`)).status).toBe(404);
    expect(await kept([...whole.ids, ...mixed.ids, ...open.ids])).toEqual([
      ...whole.ids.map(() => false),
      ...mixed.ids.map(() => true),
      ...open.ids.map(() => true),
    ]);
    expect((await get(`/agents/batch/${mixed.batchId}`)).body).toMatchObject({ status: 'partial' });
    expect((await get(`/agents/batch/${open.batchId}`)).body).toMatchObject({ status: 'running' });
    // The key of a batch went with it: it is free for another one.
    expect((await batch([{ ref: 'a' }, { dependsOn: ['a'] }])).batchId).not.toBe(whole.batchId);
  });

  it('takes workers that were silent as long, unless they hold something', async () => {
    const worked = await tasks.agent({ kind: 'worker' });
    const register = async (): Promise<string> =>
      (await app.call<{ workerId: string }>('POST', '/workers', { token: tasks.user, body: { name: 'w' } })).body
        .workerId;
    const [silent, holding, present] = [await register(), await register(), await register()];
    await tasks.execute(worked);
    const lease = { token: tasks.user, body: { workerId: holding, agents: [worked], leaseMs: 600_000 } };
    expect((await app.call('POST', '/leases', lease)).status).toBe(200);
    await sql(`UPDATE agent_worker SET last_seen_at = now() - interval '31 days' WHERE id = ANY ($1)`, [
      silent,
      holding,
    ]);
    await removeEnded();
    const left = (await sql('SELECT id FROM agent_worker')).map(({ id }) => id);
    expect([silent, holding, present].map((id) => left.includes(id))).toEqual([false, true, true]);
  });

  it('is the only one that removes: nobody else, nothing that is open or young, and never without a trace', async () => {
    const [old, young] = [await ended(400), await ended(0)];
    const open = (await tasks.execute(slug, { runAt: new Date(Date.now() + 3_600_000).toISOString() })).body.id;
    const remove = (id: string, setting: string): Promise<number> =>
      database().transaction(async (tx) => {
        await tx.execute(`SET LOCAL devskyy.removes_ended_tasks = '${setting}'`);
        return tx.execute('DELETE FROM agent_task WHERE id = $1', [id]);
      });
    await expect(sql('DELETE FROM agent_task WHERE id = $1', old)).rejects.toThrow('by its retention');
    await expect(remove(old, '')).rejects.toThrow('by its retention');
    for (const id of [young, open]) await expect(remove(id, 'on')).rejects.toThrow('by its retention');
    for (const [table, change] of [
      ['agent_task_event', 'type = type'],
      ['agent_task_removal', 'tasks = 0'],
    ] as const) {
      for (const text of [`DELETE FROM ${table}`, `UPDATE ${table} SET ${change}`, `TRUNCATE ${table}`])
        await expect(sql(text)).rejects.toThrow('append-only');
    }
    const events = (await sql('SELECT hash FROM agent_task_event WHERE task_id = $1', old)).length;
    const before = await app.get(CheckpointService).issue();
    expect(await remove(old, 'on')).toBe(1);
    const [link] = await sql('SELECT tasks, events FROM agent_task_removal ORDER BY sequence DESC LIMIT 1');
    expect(link).toEqual({ tasks: 1, events });
    const after = await app.get(CheckpointService).issue();
    expect([await compare(before), await compare(after)]).toEqual([[], []]);
    // As somebody does who has the database's superuser.
    await database().transaction(async (tx) => {
      await tx.execute(`SET LOCAL session_replication_role = 'replica'`);
      await tx.execute('UPDATE agent_task_removal SET tasks = tasks + 1 WHERE sequence = 1');
    });
    expect(await compare(after)).toEqual([
      { chain: 'task-removals', reason: expect.stringContaining('missing') as string },
    ]);
  });

  it('is by count too, where one is set, and never within a day', async () => {
    const limitsOf = (most: number, days: number): ReturnType<TaskRemovalRepository['limits']> =>
      app.get(TaskRemovalRepository).limits({ most, days: { succeeded: 0, cancelled: 0, failed: 0, dead: days } });
    for (let n = 5; n < 8; n++) await ended(n, 'dead');
    const older = async (most: number, days: number): Promise<unknown> => {
      const before = (await limitsOf(most, days)).get('dead');
      const [row] = await sql(
        `SELECT count(*)::int AS n FROM agent_task WHERE state = 'dead' AND finished_at >= $1`,
        before,
      );
      return row?.['n'];
    };
    expect(await older(3, 0)).toBe(3);
    // Of two limits the stricter one holds: one of the three is younger than three days.
    expect(await older(3, 3)).toBe(1);
    expect([...(await limitsOf(0, 0)).keys()]).toEqual([]);
    await ended(0, 'dead');
    const [day] = await sql(
      `SELECT now() - interval '1 day' > $1::timestamptz - interval '1 second' AS isMost`,
      (await limitsOf(1, 0)).get('dead'),
    );
    expect(Object.values(day ?? {})).toEqual([true]);
  });
});
