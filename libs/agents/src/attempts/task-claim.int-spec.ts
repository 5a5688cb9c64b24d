import { Database, type Transaction } from '#platform/database';
import { AgentTasks } from '../../../../test/support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import type { Claimant, Room } from './claimant.js';
import { PostgresTaskClaimRepository } from './task-claim.postgres.js';
import { type Claim, TaskClaimRepository } from './task-claim.repository.js';
import { TaskTransitionRepository } from './task-transition.repository.js';

const FORMS = { portable: TaskClaimRepository, 'by hand': PostgresTaskClaimRepository };
type Form = keyof typeof FORMS;
const EACH: Form[] = ['portable', 'by hand'];

const WORKER = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
const NONE: Claim = { started: [], overBudget: [] };

let app: TestApp;
let tasks: AgentTasks;
beforeAll(async () => {
  app = await startTestApp();
  tasks = await AgentTasks.on(app);
});
afterAll(() => app.close());

const database = (): Database => app.get(Database);
const sql = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> => database().query(text, values);
const formOf = (form: Form): TaskClaimRepository => new FORMS[form](database(), app.get(TaskEventRepository));
const room = (size: number, leaseSeconds = 60): Room => ({ workerId: WORKER, leaseSeconds, size });
const worker = (settings: object = {}): Promise<string> => tasks.agent({ kind: 'worker', ...settings });

async function queue(slug: string, count: number, body: object = {}): Promise<string[]> {
  const answers = Array.from({ length: count }, () => tasks.execute(slug, body, '?wait=0'));
  return (await Promise.all(answers)).map((answer) => answer.body.id);
}

async function claimIn(tx: Transaction, form: Form, slugs: readonly string[], rooms: readonly Room[]): Promise<Claim> {
  const claims = formOf(form);
  const claimant = { kinds: ['worker'], resources: [], agents: slugs, entering: 'leased' } satisfies Claimant;
  const agents = await claims.lockAgents(tx, claimant);
  return agents.length === 0 ? NONE : claims.claimLast(tx, agents, claimant.entering, rooms);
}

const claim = (form: Form, slugs: readonly string[], ...rooms: readonly Room[]): Promise<Claim> =>
  database().transaction((tx) => claimIn(tx, form, slugs, rooms));

/** Many claims at once, again and again until none of them finds anything. */
async function claimAll(forms: readonly Form[], slugs: readonly string[], size: number): Promise<string[]> {
  const started: string[] = [];
  for (let idle = 0; idle < 2;) {
    const claims = await Promise.all([...forms, ...forms, ...forms].map((form) => claim(form, slugs, room(size))));
    const ids = claims.flatMap((one) => one.started.map(({ task }) => task.id));
    const isIdle = ids.length === 0 && claims.every(({ overBudget }) => overBudget.length === 0);
    idle = isIdle ? idle + 1 : 0;
    started.push(...ids);
  }
  return started;
}

describe.each([[['portable']], [['by hand']], [['portable', 'by hand']]] satisfies [Form[]][])(
  'claims at once, %j',
  (forms) => {
    it('start each task once, and no more at a time than the agent allows', async () => {
      const slug = await worker({ concurrency: 5 });
      const waiting = new Set(await queue(slug, 18));
      while (waiting.size > 0) {
        const most = Math.min(5, waiting.size);
        const started = await claimAll(forms, [slug], 2);
        expect([started.length, new Set(started).size]).toEqual([most, most]);
        for (const id of started) expect(waiting.delete(id)).toBe(true);
        const held = await sql('SELECT id, lease_token AS "leaseToken" FROM agent_task WHERE id = ANY ($1)', started);
        const successes = held.map((lease) => ({ ...(lease as { id: string; leaseToken: string }), output: null }));
        await database().transaction((tx) => app.get(TaskTransitionRepository).succeed(tx, successes));
      }
    });

    it('start no more than a rate allows', async () => {
      const slug = await worker({ concurrency: 50, rateLimit: { limit: 7, windowSeconds: 3600 } });
      await queue(slug, 20);
      expect((await claimAll(forms, [slug], 3)).length).toBe(7);
      await sql(
        `UPDATE agent_runtime SET rate_window_start = now() - interval '1 hour' WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
        slug,
      );
      expect((await claimAll(forms, [slug], 3)).length).toBe(7);
    });

    it('set no more aside than is left of the day, and put the rest to a person', async () => {
      const slug = await worker({ concurrency: 50, budget: { dailyCost: '0.00001' } });
      const ids = await queue(slug, 9);
      await sql('UPDATE agent_task SET estimate_micros = 3 WHERE id = ANY ($1)', ids);
      expect((await claimAll(forms, [slug], 1)).length).toBe(3);
      const states = await sql('SELECT state, count(*)::int AS n FROM agent_task WHERE id = ANY ($1) GROUP BY 1', ids);
      expect(new Map(states.map(({ state, n }) => [state, n]))).toEqual(
        new Map([
          ['leased', 3],
          ['waiting_approval', 6],
        ]),
      );
    });

    it('serve every agent that has work', async () => {
      const slugs = await Promise.all(Array.from({ length: 20 }, () => worker({ concurrency: 2 })));
      const ids = (await Promise.all(slugs.map((slug) => queue(slug, 2)))).flat();
      expect((await claimAll(forms, slugs, 4)).sort()).toEqual(ids.sort());
    });
  },
);

describe.each(EACH)('a claim, %s', (form) => {
  it('passes over agents that another one has locked', async () => {
    const [locked, free] = [await worker(), await worker()];
    await queue(locked, 1);
    const [other] = await queue(free, 1);
    await database().transaction(async (tx) => {
      const claimant = { kinds: ['worker'], resources: [], agents: [locked], entering: 'leased' } satisfies Claimant;
      expect((await formOf(form).lockAgents(tx, claimant)).map(({ slug }) => slug)).toEqual([locked]);
      for (const another of EACH) {
        const { started } = await claim(another, [locked, free], room(5));
        if (another === EACH[0]) expect(started.map(({ task }) => task.id)).toEqual([other]);
        else expect(started).toEqual([]);
      }
    });
    expect((await claim(form, [locked, free], room(5))).started.length).toBe(1);
  });

  it('passes over tasks that somebody works on', async () => {
    const slug = await worker();
    const [first, second] = await queue(slug, 2);
    await database().transaction(async (tx) => {
      await app.get(TaskTransitionRepository).lock(tx, first!);
      expect((await claim(form, [slug], room(5))).started.map(({ task }) => task.id)).toEqual([second]);
    });
  });

  it('leaves alone what may not start', async () => {
    const changes = {
      paused: `paused_at = now()`,
      open: `circuit_open_until = now() + interval '1 minute'`,
      held: `held_until = now() + interval '1 minute'`,
    };
    const slugs: string[] = [];
    for (const change of Object.values(changes)) {
      const slug = await worker();
      slugs.push(slug);
      await queue(slug, 1);
      await sql(`UPDATE agent_runtime SET ${change} WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`, slug);
    }
    const agent = await worker();
    const [, later, waiting, expired] = await queue(agent, 4);
    await sql(`UPDATE agent_task SET run_at = now() + interval '1 minute' WHERE id = $1`, later);
    await sql(`UPDATE agent_task SET depends_left = 1 WHERE id = $1`, waiting);
    await sql(`UPDATE agent_task SET expires_at = now() - interval '1 second' WHERE id = $1`, expired);
    const { started } = await claim(form, [...slugs, agent], room(50));
    expect(started.map(({ task }) => task.agent)).toEqual([agent]);
    // After an open circuit one at a time may try.
    await queue(slugs[1]!, 2);
    await sql(
      `UPDATE agent_runtime SET circuit_open_until = now() - interval '1 second' WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      slugs[1],
    );
    const counts = [0, 0];
    for (const at of counts.keys()) counts[at] = (await claim(form, slugs, room(50))).started.length;
    expect(counts).toEqual([1, 0]);
  });

  it('takes nothing of agents that need what the claimant has not', async () => {
    const slug = await tasks.agent({ kind: 'internal', config: { handler: 'test-handler' }, concurrency: 1 });
    // Paused, so that the engine of the test leaves it alone until it is asked here.
    await sql(
      `UPDATE agent_runtime SET paused_at = now() WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      slug,
    );
    await queue(slug, 1);
    await database().transaction(async (tx) => {
      await tx.execute(
        `UPDATE agent_runtime SET paused_at = NULL WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
        [slug],
      );
      const claims = formOf(form);
      const lock = (...resources: string[]): Promise<unknown[]> =>
        claims.lockAgents(tx, { kinds: ['internal'], resources, agents: [slug], entering: 'running' });
      expect(await lock('handler:another')).toEqual([]);
      expect(await lock('handler:test-handler')).toEqual([expect.objectContaining({ slug, kind: 'internal' })]);
      await tx.execute(
        `UPDATE agent_runtime SET paused_at = now() WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
        [slug],
      );
    });
  });
});

describe('the two ways of claiming', () => {
  /** Everything of an agent's tasks, events and window, with times from the claim on, and nothing that differs by chance. */
  async function written(slug: string): Promise<unknown> {
    const rows = await sql(
      `SELECT row_number() OVER (ORDER BY t.rank_at, t.id) AS n, t.state, t.attempt, t.worker_id, t.lease_seconds, t.awaits_callback,
         t.attempt_usage, t.worker_event_seq, t.lease_token IS NOT NULL AS is_held,
         round(extract(epoch FROM t.lease_expires_at - e.created_at)) AS lease, round(extract(epoch FROM t.deadline_at - e.created_at)) AS deadline,
         t.started_at BETWEEN e.created_at AND clock_timestamp() AS is_started_then, e.type, e.data, e.seq
       FROM agent_task t JOIN agent a ON a.id = t.agent_id JOIN agent_task_event e ON e.task_id = t.id
       WHERE a.slug = $1 AND e.seq = (SELECT max(seq) FROM agent_task_event WHERE task_id = t.id) ORDER BY n`,
      slug,
    );
    const window = await sql(
      `SELECT rate_window_used, rate_window_start IS NOT NULL AS is_open FROM agent_runtime JOIN agent a ON a.id = agent_id WHERE slug = $1`,
      slug,
    );
    return { rows, window };
  }

  it.each(['leased', 'running'] as const)('write the same of what is %s, and tell the same', async (entering) => {
    const results: unknown[] = [];
    for (const form of EACH) {
      const slug = await worker({ concurrency: 50, rateLimit: { limit: 40, windowSeconds: 60 }, timeoutSeconds: 100 });
      const body = (n: number): object => ({
        taskDescription: `task ${n}`,
        parameters: { n },
        priority: n === 3 ? 10 : 5,
        ...(n === 1 && { timeoutSeconds: 20 }),
        ...(n === 2 && { deadlineAt: new Date(Date.now() + 50_500).toISOString() }),
        ...(n === 4 && { budget: { maxCost: '0' } }),
      });
      const ids: string[] = [];
      for (let n = 0; n < 7; n++) ids.push(...(await queue(slug, 1, body(n))));
      const claims = formOf(form);
      const { started, overBudget } = await database().transaction(async (tx) => {
        const claimant = { kinds: ['worker'], resources: [], agents: [slug], entering } satisfies Claimant;
        return claims.claim(tx, await claims.lockAgents(tx, claimant), entering, [room(2), room(0), room(4, 30)]);
      });
      const told = started.map(({ task, leaseToken, timeoutMs, agentId, ...rest }) => ({
        ...rest,
        task: { ...task, id: ids.indexOf(task.id), agent: task.agent === slug, deadlineAt: task.deadlineAt !== null },
        seconds: Math.round(timeoutMs / 1000),
        hasLease: [leaseToken.length, agentId.length],
        correlationId: typeof rest.correlationId,
        traceparent: typeof rest.traceparent,
      }));
      for (const id of ids) expect(await app.get(TaskEventRepository).broken([id])).toEqual(new Map());
      results.push({ told, over: overBudget.map((id) => ids.indexOf(id)), written: await written(slug) });
    }
    expect(results[0]).toEqual(results[1]);
    expect(results[0]).toMatchObject({
      told: [{ task: { id: 3 }, room: 0 }, { room: 0 }, { room: 2 }, {}, {}],
      over: [4],
    });
  });
});
