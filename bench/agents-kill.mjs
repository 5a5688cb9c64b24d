// Kills the service and PostgreSQL, in turns, with -9 while tasks of three kinds are given and done; then asks for every one of them again.
// None that was acknowledged may be lost, none may be there twice or end twice, and a worker's result that was taken is the one that is
// kept. Ends with status 1 if that does not hold.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { killPostgres, until } from './killing.mjs';
import { logIn, startService } from './process.mjs';

const ROUNDS = Number(process.argv[2] ?? 20);
const CLIENTS = 8;
const WORKERS = 3;
const DRAIN_MS = 300_000;

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-kill-'));
// Under root the server runs as another user, who must be able to pass.
chmodSync(dir, 0o711);
const server = await EmbeddedPostgres.start(dir);
const remote = createServer((request, answer) => {
  request.resume().on('end', () => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});
await new Promise((resolve) => remote.listen(0, '127.0.0.1', resolve));

const env = {
  DATABASE_URL: server.url,
  AGENTS_LEASE_SECONDS: '5',
  AGENTS_ALLOWED_HOSTS: '127.0.0.1',
  LOG_ENABLE_FILE: 'false',
};
let service = await startService(env);
const authorization = `Bearer ${await logIn(service.url)}`;

async function call(route, body, key) {
  const response = await fetch(`${service.url}/api/v1${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}

const KINDS = {
  http: { kind: 'http', config: { url: `http://127.0.0.1:${remote.address().port}/`, secret: 'sixteen letters!' } },
  internal: { kind: 'internal', config: { handler: 'service-metrics' } },
  worker: { kind: 'worker' },
};
const retryPolicy = { maxAttempts: 50, initialDelayMs: 100, maxDelayMs: 500 };
for (const [slug, settings] of Object.entries(KINDS)) {
  const agent = { slug: `kill-${slug}`, name: slug, category: 'kill', concurrency: 50, retryPolicy, ...settings };
  const { status, body } = await call('/agents', agent);
  if (status !== 201) throw new Error(`The agent could not be made: ${JSON.stringify(body)}`);
}

/** Every task that was asked for, with the id that was answered if one was. */
const requests = [];
/** What workers were told is kept. */
const kept = new Map();

async function give(index, isOver) {
  for (let turn = 0; !isOver(); turn++) {
    const slug = `kill-${Object.keys(KINDS)[(index + turn) % 3]}`;
    const request = { route: `/agents/${slug}/execute`, body: { parameters: { turn } }, key: randomUUID() };
    requests.push(request);
    try {
      const { status, body } = await call(request.route, request.body, request.key);
      if (status < 300) request.acknowledged = body.id;
    } catch {
      // Cut off: whether there is a task is not known.
    }
  }
}

let isDone = false;
async function work() {
  let workerId;
  while (!isDone) {
    try {
      workerId ??= (await call('/workers', { name: 'kill', agents: ['kill-worker'] })).body.workerId;
      const { body } = await call('/leases', { workerId, max: 5, leaseMs: 5_000, waitMs: 500 });
      for (const { id, leaseToken } of body?.tasks ?? []) {
        const output = randomUUID();
        const { status } = await call(`/tasks/${id}/complete`, { leaseToken, output });
        if (status < 300) kept.set(id, output);
      }
    } catch {
      await sleep(50);
    }
  }
}

const totals = { rounds: ROUNDS, requests: 0, acknowledged: 0, lost: 0, doubled: 0, open: 0, unlike: 0 };
try {
  const workers = Array.from({ length: WORKERS }, work);
  const all = [];
  for (let round = 0; round < ROUNDS; round++) {
    requests.length = 0;
    let isOver = false;
    const giving = Array.from({ length: CLIENTS }, (_, index) => give(index, () => isOver));
    await sleep(500 + Math.random() * 2_000);
    isOver = true;
    if (round % 2 === 0) {
      await service.kill();
      service = await startService(env);
    } else await killPostgres(dir);
    await Promise.all(giving);
    await until('Recovery', async () => (await fetch(`${service.url}/health/ready`)).ok);
    for (const request of requests) {
      let again;
      await until('An answer', async () => (again = await call(request.route, request.body, request.key)).status < 300);
      totals.requests += 1;
      if (request.acknowledged) totals.acknowledged += 1;
      if (request.acknowledged && again.body.id !== request.acknowledged) totals.lost += 1;
      all.push(again.body.id);
    }
  }

  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const isEnded = `state IN ('succeeded', 'failed', 'dead', 'cancelled')`;
  await until(
    'The backlog',
    async () => (await client.query(`SELECT FROM agent_task WHERE NOT ${isEnded} LIMIT 1`)).rowCount === 0,
    DRAIN_MS,
  ).catch((error) => console.error(String(error)));
  isDone = true;
  await Promise.all(workers);
  const { rows: tasks } = await client.query(`SELECT id, state, output FROM agent_task`);
  const { rows: ends } = await client.query(
    `SELECT task_id FROM agent_task_event WHERE type = 'succeeded' GROUP BY task_id HAVING count(*) > 1`,
  );
  const { rows: types } = await client.query(`SELECT type, count(*)::int FROM agent_task_event GROUP BY type`);
  console.log(Object.fromEntries(types.map(({ type, count }) => [type, count])));
  await client.end();
  const known = new Map(tasks.map((task) => [task.id, task]));
  totals.lost += all.filter((id) => !known.has(id)).length;
  totals.doubled = tasks.length - new Set(all).size + ends.length;
  totals.open = tasks.filter(({ state }) => state !== 'succeeded').length;
  for (const [id, output] of kept) if (known.get(id)?.output !== output) totals.unlike += 1;
} finally {
  isDone = true;
  await service.stop();
  await server.stop();
  remote.closeAllConnections();
  remote.close();
  rmSync(dir, { recursive: true, force: true });
}
console.log(JSON.stringify(totals));
if (totals.lost + totals.doubled + totals.open + totals.unlike > 0) process.exitCode = 1;
