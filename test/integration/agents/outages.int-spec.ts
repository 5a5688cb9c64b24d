// Attempts of every kind end while PostgreSQL or Redis is away. `TASK_OUTAGE_SECONDS=1,7,40` tries each kind of outage for each of these
// times, which takes ten minutes.
import type { ChildProcess } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { connectedToRedis, freePort, hasRedis, startRedis } from '../../support/redis-server.js';
import { startStoppablePostgres, type StoppablePostgres } from '../../support/stoppable-postgres.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Lease {
  id: string;
  leaseToken: string;
}
type Outage = [name: string, seconds: number];

const ASKED = process.env['TASK_OUTAGE_SECONDS']?.split(',').map(Number);
/** Longer than the lease of tasks, which is the shortest there is. */
const LONG = 7;
const LEASE_SECONDS = '5';
const EACH = 3;

const outages = (usual: Outage[]): Outage[] =>
  ASKED ? ['stopped', 'frozen', 'restarted'].flatMap((name) => ASKED.map((s): Outage => [name, s])) : usual;

let postgres: StoppablePostgres;
let redis: ChildProcess | undefined;
let redisPort = 0;
let app: TestApp;
let tasks: AgentTasks;
let remote: Server;
/** Calls of agents of kind `http` and of models that wait for their answer, by path. */
let calls: { path: string; answer: ServerResponse }[] = [];

beforeAll(async () => {
  postgres = await startStoppablePostgres();
  remote = createServer((request, answer) => {
    request.resume().on('end', () => calls.push({ path: request.url ?? '', answer }));
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  if (hasRedis) {
    redisPort = await freePort();
    redis = startRedis(redisPort);
  }
  app = await startTestApp({
    DATABASE_URL: postgres.url,
    ...(redis && { REDIS_URL: `redis://127.0.0.1:${redisPort}` }),
    AGENTS_LEASE_SECONDS: LEASE_SECONDS,
    AGENTS_ALLOWED_HOSTS: '127.0.0.1',
    OPENAI_API_KEY: 'openai-key-of-the-service',
    OPENAI_BASE_URL: remoteUrl('/v1'),
  });
  tasks = await AgentTasks.on(app);
  if (redis) await connectedToRedis(app);
}, 60_000);
afterAll(async () => {
  await app.close();
  remote.closeAllConnections();
  remote.close();
  redis?.kill('SIGKILL');
  await postgres.dispose();
});

function remoteUrl(path: string): string {
  return `http://127.0.0.1:${(remote.address() as { port: number }).port}${path}`;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** How each attempt ends, and what has to be known of its task then. */
const ENDS = {
  answered: { state: 'succeeded', attempt: 1 },
  refused: { state: 'failed', attempt: 1 },
  modelled: { state: 'succeeded', attempt: 1, tokensIn: 7, tokensOut: 3 },
  handled: { state: 'succeeded', attempt: 1, output: 'done' },
  thrown: { state: 'dead', attempt: 1 },
  cancelled: { state: 'cancelled', attempt: 1, cancelAcknowledgedAt: expect.any(String) as string },
  leased: { state: 'succeeded', attempt: 1, output: 'worked' },
} as const;
type End = keyof typeof ENDS;

/** Attempts of every kind that are under way, each able to end in the way it is meant to. */
class UnderWay {
  readonly ids: Partial<Record<End, string[]>> = {};
  readonly runs = new Map<string, number>();
  readonly agents: string[] = [];
  private readonly releases: (() => void)[] = [];
  private leases: Lease[] = [];

  static async start(): Promise<UnderWay> {
    const work = new UnderWay();
    calls = [];
    tasks.handle = async ({ id, parameters }, signal) => {
      work.runs.set(id, (work.runs.get(id) ?? 0) + 1);
      await new Promise<void>((resolve) => work.releases.push(resolve));
      if (parameters['end'] === 'thrown') throw new Error('meant to fail');
      if (parameters['end'] === 'cancelled') await sleep(600_000, undefined, { signal });
      return 'done';
    };
    const once = { retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 }, concurrency: 5 * EACH };
    const http = (path: string) => ({
      kind: 'http',
      config: { url: remoteUrl(path), secret: 'a-secret-of-the-agent' },
    });
    const model = { provider: 'openai', model: 'gpt-4o', promptTemplate: 'Say it' };
    await work.give('answered', { ...http('/answered'), ...once });
    await work.give('refused', { ...http('/refused'), ...once });
    await work.give('modelled', { kind: 'llm', config: model, ...once });
    for (const end of ['handled', 'thrown', 'cancelled'] as const) await work.give(end, once);
    await work.give('leased', { kind: 'worker', ...once });
    await until(() => calls.length === 3 * EACH && work.releases.length === 3 * EACH);
    await work.lease();
    for (const id of work.ids.cancelled ?? []) await app.call('POST', `/tasks/${id}/cancel`, { token: tasks.user });
    return work;
  }

  /** Lets each attempt end; nobody of them knows of the outage. */
  end(): Promise<unknown> {
    const completion = {
      model: 'gpt-4o-2024-08-06',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Said' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    };
    for (const { path, answer } of calls) {
      answer.writeHead(path === '/refused' ? 422 : 200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(path.startsWith('/v1') ? completion : { ok: true }));
    }
    for (const release of this.releases) release();
    return Promise.all(this.leases.map((lease) => this.complete(lease)));
  }

  private async give(end: End, settings: Record<string, unknown>): Promise<void> {
    const slug = await tasks.agent(settings);
    this.agents.push(slug);
    const body = { parameters: { end } };
    this.ids[end] = await Promise.all(
      Array.from({ length: EACH }, async () => (await tasks.execute(slug, body)).body.id),
    );
  }

  private async lease(): Promise<void> {
    const token = tasks.user;
    const [slug] = this.agents.slice(-1);
    const worker = await app.call<{ workerId: string }>('POST', '/workers', {
      token,
      body: { name: 'w', agents: [slug] },
    });
    const body = { workerId: worker.body.workerId, max: EACH, leaseMs: 60_000 };
    this.leases = (await app.call<{ tasks: Lease[] }>('POST', '/leases', { token, body })).body.tasks;
  }

  /** As workers do, who try again until they are told. */
  private async complete({ id, leaseToken }: Lease): Promise<void> {
    const body = { leaseToken, output: 'worked' };
    for (;;) {
      const { status } = await app.call('POST', `/tasks/${id}/complete`, { token: tasks.user, body });
      if (status < 300) return;
      expect(status).toBe(503);
      await sleep(200);
    }
  }
}

/** That each task ended as it was meant to, after one attempt and one run, and that no agent was blamed. */
async function expectRecordedOnce({ ids, runs, agents }: UnderWay): Promise<void> {
  const known = await Promise.all(
    Object.entries(ids).flatMap(([end, of]) =>
      of.map(async (id): Promise<[string, TaskBody]> => [
        end,
        await tasks.until(id, 'succeeded', 'failed', 'cancelled', 'dead'),
      ]),
    ),
  );
  for (const [end, task] of known) expect([end, task]).toEqual([end, expect.objectContaining(ENDS[end as End])]);
  expect(calls).toHaveLength(3 * EACH);
  expect([...runs.values()]).toEqual(Array(3 * EACH).fill(1));
  const unwell = await app.get(Database).query(
    `SELECT a.slug, r.status, r.consecutive_failures FROM agent_runtime r JOIN agent a ON a.id = r.agent_id
     WHERE a.slug = ANY ($1) AND (r.consecutive_failures > 0 OR r.status NOT IN ('healthy', 'initializing'))`,
    [agents.filter((_, index) => Object.keys(ids)[index] !== 'thrown')],
  );
  expect(unwell).toEqual([]);
}

/** Goes down and comes back, again and again. */
async function flap(down: () => Promise<unknown>, up: () => Promise<unknown>, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  do {
    await down();
    await sleep(300);
    await up();
    await sleep(200);
  } while (Date.now() < end);
}

describe('attempts of every kind that end while PostgreSQL is away', () => {
  it.each(
    outages([
      ['stopped', LONG],
      ['frozen', LONG],
      ['restarted', 1],
    ]),
  )(
    'are recorded when it is back, once, and blame no agent: %s for %d s',
    async (name, seconds) => {
      const work = await UnderWay.start();
      let ended: Promise<unknown> | undefined;
      if (name === 'restarted') {
        const restarts = flap(postgres.stop, postgres.start, seconds);
        await sleep(100);
        ended = work.end();
        await restarts;
      } else {
        if (name === 'stopped') await postgres.stop();
        else postgres.freeze();
        ended = work.end();
        await sleep(seconds * 1_000);
        if (name === 'stopped') await postgres.start();
        else postgres.thaw();
      }
      await ended;
      await expectRecordedOnce(work);
    },
    120_000,
  );
});

(hasRedis ? describe : describe.skip)('attempts of every kind that end while Redis is away', () => {
  it.each(outages([['frozen', 1]]))(
    'are recorded meanwhile, and more is done: %s for %d s',
    async (name, seconds) => {
      const work = await UnderWay.start();
      const stop = (): Promise<void> => {
        const ended = new Promise<void>((resolve) => redis?.once('exit', () => resolve()));
        redis?.kill('SIGKILL');
        return ended;
      };
      const start = (): Promise<void> => {
        redis = startRedis(redisPort);
        return connectedToRedis(app);
      };
      const meanwhile = async (): Promise<void> => {
        await work.end();
        await expectRecordedOnce(work);
        tasks.handle = () => Promise.resolve('new');
        const { body } = await tasks.execute(await tasks.agent());
        expect(await tasks.until(body.id, 'succeeded')).toMatchObject({ attempt: 1, output: 'new' });
      };
      if (name === 'restarted') await Promise.all([flap(stop, start, seconds), meanwhile()]);
      else {
        if (name === 'stopped') await stop();
        else redis?.kill('SIGSTOP');
        await Promise.all([sleep(seconds * 1_000), meanwhile()]);
        if (name === 'stopped') await start();
        else redis?.kill('SIGCONT');
      }
    },
    120_000,
  );
});
