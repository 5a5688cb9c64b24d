import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startStoppablePostgres, type StoppablePostgres } from '../../support/stoppable-postgres.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** Longer than the lease of tasks, which is the shortest there is. */
const OUTAGE_MS = 7_000;
const LEASE_SECONDS = '5';
const EACH = 4;

let postgres: StoppablePostgres;
let app: TestApp;
let tasks: AgentTasks;
let agent: Server;
let url: string;
/** Calls of the agent of kind `http` that wait for their answer. */
let calls: ServerResponse[] = [];

beforeAll(async () => {
  postgres = await startStoppablePostgres();
  agent = createServer((request, answer) => {
    request.resume();
    request.on('end', () => calls.push(answer));
  });
  await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(agent.address() as { port: number }).port}/run`;
  app = await startTestApp({
    DATABASE_URL: postgres.url,
    AGENTS_LEASE_SECONDS: LEASE_SECONDS,
    AGENTS_ALLOWED_HOSTS: '127.0.0.1',
  });
  tasks = await AgentTasks.on(app);
}, 60_000);
afterAll(async () => {
  await app.close();
  agent.closeAllConnections();
  agent.close();
  await postgres.dispose();
});

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(20);
};

describe.each([
  ['stopped', () => postgres.stop(), () => postgres.start()],
  ['frozen', () => Promise.resolve(postgres.freeze()), () => Promise.resolve(postgres.thaw())],
])('while PostgreSQL is %s for longer than a lease', (_name, leave, comeBack) => {
  it('what ends well, fails or is cancelled by then is recorded when it is back, once, and blames no agent', async () => {
    calls = [];
    const once = { retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 }, concurrency: 3 * EACH };
    const remote = await tasks.agent({ kind: 'http', config: { url, secret: 'a-secret-of-the-agent' }, ...once });
    const inner = await tasks.agent(once);
    const runs = new Map<string, number>();
    const open: (() => void)[] = [];
    tasks.handle = async ({ id, parameters }, signal) => {
      runs.set(id, (runs.get(id) ?? 0) + 1);
      if (parameters['cancel'] === true) return sleep(600_000, undefined, { signal });
      await new Promise<void>((resolve) => open.push(resolve));
      return { done: id };
    };
    const give = async (slug: string, parameters = {}): Promise<string[]> =>
      Promise.all(Array.from({ length: EACH }, async () => (await tasks.execute(slug, { parameters })).body.id));
    const [called, refused] = [await give(remote), await give(remote)];
    const [handled, cancelled] = [await give(inner), await give(inner, { cancel: true })];
    await until(() => calls.length === 2 * EACH && open.length === EACH && runs.size === 2 * EACH);
    for (const id of cancelled) await tasks.until(id, 'running');

    await leave();
    try {
      // The agents do not know: they answer while nothing can be written.
      calls.forEach((answer, index) => {
        const isRefusal = index % 2 === 1;
        answer.writeHead(isRefusal ? 422 : 200, { 'content-type': 'application/json' });
        answer.end('{"ok":true}');
      });
      for (const finish of open) finish();
      await sleep(OUTAGE_MS);
    } finally {
      await comeBack();
    }

    const ended = await Promise.all([...called, ...refused].map((id) => tasks.until(id, 'succeeded', 'failed')));
    expect(ended.filter(({ state }) => state === 'succeeded')).toHaveLength(EACH);
    expect(ended.every(({ attempt }) => attempt === 1)).toBe(true);
    expect(calls).toHaveLength(2 * EACH);
    for (const id of handled) {
      expect(await tasks.until(id, 'succeeded')).toMatchObject({ attempt: 1, output: { done: id } });
    }
    for (const id of cancelled) {
      await app.call('POST', `/tasks/${id}/cancel`, { token: tasks.user });
      await tasks.until(id, 'cancelled');
    }
    expect([...runs.values()].every((times) => times === 1)).toBe(true);
    const conditions = await app
      .get(Database)
      .query(
        `SELECT r.status, r.consecutive_failures FROM agent_runtime r JOIN agent a ON a.id = r.agent_id WHERE a.slug = ANY ($1)`,
        [[remote, inner]],
      );
    expect(conditions).toEqual(Array(2).fill({ status: 'healthy', consecutive_failures: 0 }));
  }, 90_000);
});
