import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentHistoryJob } from './agent-history.job.js';
import { AgentTasks } from '../../../../test/support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

interface Hour {
  timestamp: string;
  runs: number;
  failures: number;
  p95Ms: number | null;
  tokens: number;
  cost: string;
}

const HOUR_MS = 3_600_000;

describe('the history of agents', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let slug: string;
  /** Beginning of the present hour. */
  let thisHour: number;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
  });
  beforeEach(async () => {
    slug = await tasks.agent({ kind: 'worker' });
    // As if nothing had been counted yet, and the present hour had begun a while ago.
    for (const table of ['agent_hour', 'agent_history_mark']) await sql(`DELETE FROM ${table}`);
    thisHour = Math.floor((Date.now() - 120_000) / HOUR_MS) * HOUR_MS;
  });
  afterAll(() => app.close());

  const sql = (text: string, values: unknown[] = []) => app.get(Database).execute(text, values);
  /** Tasks that ended, so many hours ago, after so many milliseconds each. */
  const ended = (hoursAgo: number, durations: number[], state = 'succeeded', of = slug) =>
    sql(
      `INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, created_by, started_at, finished_at, tokens_in,
         tokens_out, cost_micros)
       SELECT gen_random_uuid(), a.id, $3, 5, 1, 1, 'somebody', at, at + ms * interval '1 millisecond', 3, 4, 250000
       FROM agent a, unnest($2::integer[]) AS ms, to_timestamp($4::double precision) AS at WHERE a.slug = $1`,
      [of, durations, state, (thisHour - hoursAgo * HOUR_MS) / 1000],
    );
  const count = () => app.get(AgentHistoryJob).count(new AbortController().signal);
  const history = async (hours: number, of = slug): Promise<Hour[]> =>
    (await app.call<{ items: Hour[] }>('GET', `/agents/${of}/history?hours=${hours}`, { token: tasks.user })).body
      .items;
  const hour = (ago: number): string => new Date(thisHour - ago * HOUR_MS).toISOString();

  it('has runs, failures, their time, tokens and cost of each hour', async () => {
    await ended(2, [100, 200, 300]);
    await ended(2, [400], 'failed');
    await ended(2, [1_000], 'dead');
    await ended(0, [50]);
    await count();
    const [first, second] = await history(24);
    expect(first).toMatchObject({ timestamp: hour(2), runs: 5, failures: 2, tokens: 35, cost: '1.25' });
    expect(Math.abs((first?.p95Ms ?? 0) - 1_000)).toBeLessThan(21);
    expect(second).toMatchObject({ timestamp: hour(0), runs: 1, failures: 0 });
    expect((await history(1)).length).toBeLessThanOrEqual(1);
  });

  it('counts each task once, however often and by however many it is counted', async () => {
    await ended(1, [10, 20]);
    await Promise.all([count(), count(), count()]);
    await ended(1, [30]);
    await count();
    // What ended before what is counted came too late: it has not, as nobody else writes such times.
    expect(await history(24)).toMatchObject([{ runs: 2 }]);
    const mark = await app.get(Database).query<{ at: Date }>('SELECT at FROM agent_history_mark');
    expect(Date.now() - (mark[0]?.at.getTime() ?? 0)).toBeLessThan(90_000);
  });

  it('waits until what ended is settled', async () => {
    await count();
    await sql(
      `INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, created_by, started_at, finished_at)
       SELECT gen_random_uuid(), id, 'succeeded', 5, 1, 1, 'somebody', now() - interval '1 s', now() FROM agent WHERE slug = $1`,
      [slug],
    );
    await count();
    expect(await history(24)).toEqual([]);
    await sql(
      `UPDATE agent_task SET finished_at = finished_at - interval '30 s' WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    await sql(`UPDATE agent_history_mark SET at = at - interval '90 s'`);
    await sql(
      `UPDATE agent_task SET finished_at = finished_at - interval '60 s' WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    await count();
    expect(await history(24)).toMatchObject([{ runs: 1 }]);
  });

  it('has what a cancelled task cost, no run of it, and nothing of what never began', async () => {
    await ended(1, [10], 'cancelled');
    await ended(1, [10], 'failed');
    await sql(
      `UPDATE agent_task SET started_at = NULL, tokens_in = 0, tokens_out = 0, cost_micros = 0
       WHERE state = 'failed' AND agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    await count();
    expect(await history(24)).toMatchObject([{ runs: 0, failures: 0, p95Ms: null, tokens: 7, cost: '0.25' }]);
  });

  describe('of a task that a person queues again', () => {
    let id: string;
    let workerId: string;

    beforeAll(async () => {
      const { body } = await app.call('POST', '/workers', { token: tasks.user, body: { name: 'w' } });
      workerId = body['workerId'] as string;
    });
    beforeEach(async () => {
      id = (await tasks.execute(slug)).body.id;
      await attempt('fail', '1');
    });

    const post = <T = unknown>(route: string, body: unknown = {}) =>
      app.call<T>('POST', route, { token: tasks.user, body });
    const retry = async () => expect((await post(`/tasks/${id}/retry`)).status).toBeLessThan(300);
    const cancel = async () => expect((await post(`/tasks/${id}/cancel`)).status).toBeLessThan(300);
    /** An attempt that takes ten tokens and costs so many dollars. */
    const attempt = async (end: 'complete' | 'fail', cost: string) => {
      const leases = await post<{ tasks: { leaseToken: string }[] }>('/leases', { workerId, agents: [slug] });
      const leaseToken = leases.body.tasks[0]?.leaseToken;
      const usage = { tokensIn: 7, tokensOut: 3, cost };
      const failure = end === 'fail' && { error: { message: 'No' }, retryable: false };
      expect((await post(`/tasks/${id}/${end}`, { leaseToken, usage, ...failure })).status).toBeLessThan(300);
    };
    /** Counts as if the task had ended a while ago, and after it was counted last. */
    const settle = async () => {
      const back = `- interval '75 s'`;
      await sql(
        `UPDATE agent_task SET started_at = started_at ${back}, finished_at = finished_at ${back} WHERE id = $1`,
        [id],
      );
      await sql(`UPDATE agent_history_mark SET at = at - interval '90 s'`);
      await count();
    };
    /** Of all hours: the present one may just have begun. */
    const sums = async () => {
      const sum = { runs: 0, failures: 0, tokens: 0, cost: 0 };
      for (const { runs, failures, tokens, cost } of await history(24)) {
        sum.runs += runs;
        sum.failures += failures;
        sum.tokens += tokens;
        sum.cost += Number(cost);
      }
      return sum;
    };

    it('counts each end, and what was spent once', async () => {
      await settle();
      expect(await sums()).toEqual({ runs: 1, failures: 1, tokens: 10, cost: 1 });
      await retry();
      await attempt('fail', '0.25');
      await settle();
      expect(await sums()).toEqual({ runs: 2, failures: 2, tokens: 20, cost: 1.25 });
      await retry();
      await attempt('complete', '0.5');
      await settle();
      expect(await sums()).toEqual({ runs: 3, failures: 2, tokens: 30, cost: 1.75 });
      expect(await tasks.read(id)).toMatchObject({ tokensIn: 21, tokensOut: 9, cost: '1.75' });
    });

    it('counts nothing of one that is cancelled before it begins again', async () => {
      await settle();
      await retry();
      expect(await tasks.read(id)).not.toHaveProperty('startedAt');
      await cancel();
      await settle();
      expect(await sums()).toEqual({ runs: 1, failures: 1, tokens: 10, cost: 1 });
    });

    it('counts all at its next end when it had not been counted', async () => {
      await retry();
      await attempt('complete', '0.5');
      await settle();
      expect(await sums()).toEqual({ runs: 1, failures: 0, tokens: 20, cost: 1.5 });
    });

    it('counts what it cost, and no run, when it had not been counted and is cancelled before it begins again', async () => {
      await retry();
      await cancel();
      await settle();
      expect(await sums()).toEqual({ runs: 0, failures: 0, tokens: 10, cost: 1 });
    });

    it('waits with queueing it again until a count that has begun is done', async () => {
      await settle();
      let isQueued = false;
      const queued = await app.get(Database).transaction(async (tx) => {
        await tx.query(`SELECT FROM agent_history_mark FOR NO KEY UPDATE`);
        const queueing = retry().then(() => (isQueued = true));
        await sleep(300);
        expect(isQueued).toBe(false);
        return { queueing };
      });
      await queued.queueing;
    });
  });

  it('counts more than are read at once, to the last digit of their times, and forgets what is older than a month', async () => {
    await ended(
      3,
      Array.from({ length: 5_001 }, (_, n) => 1 + (n % 7)),
    );
    // Times between two milliseconds, many of them the same.
    await sql(
      `UPDATE agent_task SET finished_at = date_trunc('second', finished_at) + interval '456 microseconds'
       WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    await ended(745, [10]);
    await sql(
      `INSERT INTO agent_hour SELECT id, to_timestamp($2::double precision), 1, 0, 0, 0, '{}' FROM agent WHERE slug = $1`,
      [slug, (thisHour - 750 * HOUR_MS) / 1000],
    );
    await count();
    expect(await history(744)).toMatchObject([{ runs: 5_001, timestamp: hour(3) }]);
    const old = 'SELECT FROM agent_hour h JOIN agent a ON a.id = h.agent_id WHERE a.slug = $1 AND h.runs = 1';
    expect(await app.get(Database).query(old, [slug])).toEqual([]);
  }, 60_000);

  it('is of an agent that there is, and of a month at most', async () => {
    const ask = (route: string) => app.call('GET', route, { token: tasks.user });
    expect((await ask('/agents/nobody/history')).body).toMatchObject({ status: 404, code: 'AGENT.NOT_FOUND' });
    for (const hours of ['0', '745', 'x'])
      expect((await ask(`/agents/${slug}/history?hours=${hours}`)).status).toBe(422);
  });
});
