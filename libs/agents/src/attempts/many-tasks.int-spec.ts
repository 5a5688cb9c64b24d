import { randomBytes } from 'node:crypto';
import { Database, type Transaction } from '#platform/database';
import type { Room } from './claimant.js';
import { type Claim, TaskClaimRepository } from './task-claim.repository.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { TaskTransitionRepository } from './task-transition.repository.js';
import { type TaskNotification, TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { AgentTasks } from '../../../../test/support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

interface Leased {
  id: string;
  leaseToken: string;
  input: Record<string, unknown>;
}

describe('many tasks at once', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let workerId: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    workerId = (await post<{ workerId: string }>('/workers', { name: 'many' })).workerId;
  });
  afterAll(() => app.close());

  const database = (): Database => app.get(Database);
  const post = async <T>(route: string, body: unknown): Promise<T> => {
    const answer = await app.call<T>('POST', route, { token: tasks.user, body });
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.body;
  };
  const worker = (): Promise<string> => tasks.agent({ kind: 'worker', concurrency: 1000 });
  const queue = (slug: string, count: number, parameters = {}): Promise<{ batchId: string }> =>
    post('/agents/batch', { operations: Array.from({ length: count }, () => ({ agent: slug, parameters })) });
  const lease = async (slug: string, max: number): Promise<Leased[]> =>
    (await post<{ tasks: Leased[] } | undefined>('/leases', { workerId, agents: [slug], max }))?.tasks ?? [];
  const claim = async (tx: Transaction, slug: string, rooms: readonly Room[]): Promise<Claim> => {
    const claims = app.get(TaskClaimRepository);
    const claimant = { kinds: ['worker'], resources: [], agents: [slug], entering: 'leased' } as const;
    return claims.claim(tx, await claims.lockAgents(tx, claimant), claimant.entering, rooms);
  };
  const complete = (leased: readonly Leased[]): Promise<{ completed: string[]; lost: string[] }> =>
    post('/tasks/complete', { results: leased.map(({ id, leaseToken }, n) => ({ id, leaseToken, output: n })) });

  it('are leased and completed a thousand at a time, each with a lease and a chain of events of its own', async () => {
    const slug = await worker();
    const { batchId } = await queue(slug, 1000);
    const leased = await lease(slug, 1000);
    const ids = new Set(leased.map(({ id }) => id));
    expect([leased.length, ids.size, new Set(leased.map(({ leaseToken }) => leaseToken)).size]).toEqual([
      1000, 1000, 1000,
    ]);
    // Twice is as good as once.
    for (let n = 0; n < 2; n++)
      expect(await complete(leased)).toEqual({ completed: leased.map(({ id }) => id), lost: [], refused: [] });
    for (const [n, { id }] of [...leased.entries()].filter(([at]) => at % 333 === 0)) {
      expect(await tasks.read(id)).toMatchObject({ state: 'succeeded', output: n, batchId });
      expect(await tasks.eventTypes(id)).toEqual(['queued', 'started', 'succeeded']);
      expect(await app.get(TaskEventRepository).broken([id])).toEqual(new Map());
    }
    const { body } = await app.call<{ items: { id: string }[] }>('GET', `/tasks?batchId=${batchId}&limit=100`, {
      token: tasks.user,
    });
    expect(body.items.map(({ id }) => id)).toEqual([...ids].sort().reverse().slice(0, 100));
  });

  it('are leased no more at a time than one answer should carry', async () => {
    const slug = await worker();
    // Half a megabyte that cannot be compressed, as text.
    await queue(slug, 6, { noise: randomBytes(384 * 1024).toString('base64') });
    const sizes: number[] = [];
    for (let left = 6; left > 0; left -= sizes.at(-1) ?? left) sizes.push((await lease(slug, 1000)).length);
    expect(sizes).toEqual([4, 2]);
    // Each of those that are served together has an answer of its own.
    await queue(slug, 6, { noise: randomBytes(384 * 1024).toString('base64') });
    const { started } = await database().transaction((tx) => {
      const room = { workerId, leaseSeconds: 60, size: 3 };
      return claim(tx, slug, [room, { ...room, leaseSeconds: 90 }]);
    });
    expect(started.map(({ room }) => room)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('are looked up one by one, however many wait, after statistics were taken of them', async () => {
    const slug = await worker();
    for (let n = 0; n < 4; n++) await queue(slug, 1000);
    await database().execute('ANALYZE agent_task');
    const scans = async (tx: Transaction): Promise<number> => {
      const [row] = await tx.query<{ n: number }>(
        `SELECT seq_scan::integer AS n FROM pg_stat_xact_user_tables WHERE relname = 'agent_task'`,
      );
      return row?.n ?? 0;
    };
    // Often enough that a plan is kept.
    for (let n = 0; n < 8; n++) {
      await database().transaction(async (tx) => {
        const before = await scans(tx);
        const { started } = await claim(tx, slug, [{ workerId, leaseSeconds: 60, size: 10 }]);
        const done = started.map(({ task, leaseToken }) => ({ id: task.id, leaseToken, output: null }));
        const [ended] = await app.get(TaskTransitionRepository).succeed(tx, done);
        expect(ended?.ids.length).toBe(10);
        expect(await scans(tx)).toBe(before);
      });
    }
  });

  it('that succeed together count one by one for an agent that recovers', async () => {
    const slug = await worker();
    await database().execute(
      `UPDATE agent_runtime SET status = 'degraded', success_rate = 0.6, consecutive_failures = 2, rated_attempts = 10
       WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    await queue(slug, 5);
    await complete(await lease(slug, 5));
    const [condition] = await database().query<{ status: string; success_rate: number; consecutive_failures: number }>(
      `SELECT status, success_rate, consecutive_failures FROM agent_runtime
       WHERE agent_id = (SELECT id FROM agent WHERE slug = $1)`,
      [slug],
    );
    // A tenth of the way to 1 with each.
    expect(condition).toEqual({
      status: 'degraded',
      success_rate: expect.closeTo(1 - 0.4 * 0.9 ** 5, 10) as number,
      consecutive_failures: 0,
    });
  });

  it('are told to other processes, none missing', async () => {
    const other = await startTestApp({}, app);
    try {
      const slug = await worker();
      await queue(slug, 600);
      const leased = await lease(slug, 600);
      const heard = new Set<string>();
      const all = new Promise<void>((resolve) => {
        other.get(TaskNotificationClient).listen(({ ended }: TaskNotification) => {
          for (const id of ended) heard.add(id);
          if (heard.size >= 600) resolve();
        });
      });
      await complete(leased);
      await all;
      expect([...heard].sort()).toEqual(leased.map(({ id }) => id).sort());
    } finally {
      await other.close();
    }
  });
});
