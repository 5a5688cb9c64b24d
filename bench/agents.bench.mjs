// What the engine of tasks costs and how fast it is, against plain SQL that takes and ends rows of a queue on the same PostgreSQL in the same
// run; how soon a cancellation arrives; and how many tokens a batch with `select` saves a model. Needs BENCH_DATABASE_URL.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { cpuMsBetween, cpuMsOf, logIn, runScript, startService } from './process.mjs';

const TASKS = Number(process.argv[2] ?? 5_000);
const databaseUrl = process.env.BENCH_DATABASE_URL;
if (!databaseUrl) throw new Error('Set BENCH_DATABASE_URL to an empty database with synchronous_commit on');

const service = await startService({
  DATABASE_URL: databaseUrl,
  AGENTS_MAX_CONCURRENT_TASKS: '200',
});
const token = await logIn(service.url);
const call = async (method, path, body) => {
  const response = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? {} : response.json();
};
const database = new pg.Client({ connectionString: databaseUrl });
await database.connect();
const backends = async () =>
  (await database.query(`SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)).rows.map(
    ({ pid }) => pid,
  );
const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const makeAgent = (slug, kind, settings = {}) =>
  call('POST', '/agents', { slug, name: slug, category: 'bench', kind, concurrency: 1000, ...settings });

/** CPU of the service and of PostgreSQL, in ms, while `work` runs, and its wall time in seconds. */
async function measured(work) {
  const cpu = async () => cpuMsOf([service.pid, ...(await backends())]);
  const [before, at] = [await cpu(), performance.now()];
  await work();
  const seconds = (performance.now() - at) / 1000;
  return { seconds, cpu: cpuMsBetween(before, await cpu()) };
}

/** The reference: a table of the same width, rows taken and ended by the least SQL that is fenced, `size` at a time. */
async function plainQueue(size, connections, count = TASKS) {
  await database.query(`
    CREATE TABLE bench_queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state smallint NOT NULL DEFAULT 0, token uuid,
      input jsonb NOT NULL DEFAULT '{"a": 1}', output jsonb) WITH (fillfactor = 80);
    CREATE INDEX ON bench_queue (id) WHERE state = 0;
    INSERT INTO bench_queue (state) SELECT 0 FROM generate_series(1, ${count});`);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const take = {
    name: `take${size}`,
    text: `UPDATE bench_queue q SET state = 1, token = $1 FROM (SELECT id FROM bench_queue WHERE state = 0
    ORDER BY id LIMIT ${size} FOR UPDATE SKIP LOCKED) p WHERE q.id = p.id RETURNING q.id, q.input`,
  };
  const end = {
    name: `end${size}`,
    text: `UPDATE bench_queue SET state = 2, token = NULL, output = '1' WHERE id = ANY ($1) AND token = $2`,
  };
  const own = process.cpuUsage();
  const result = await measured(async () => {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (;;) {
          const uuid = randomUUID();
          const { rows } = await pool.query({ ...take, values: [uuid] });
          if (rows.length === 0) return;
          await pool.query({ ...end, values: [rows.map(({ id }) => id), uuid] });
        }
      }),
    );
  });
  const used = process.cpuUsage(own);
  await pool.end();
  await database.query('DROP TABLE bench_queue');
  return perTasks(count, { ...result, cpu: result.cpu + (used.user + used.system) / 1000 });
}

/** What `count` tasks took, as if there had been `TASKS`. */
function perTasks(count, { seconds, cpu }) {
  return { seconds: (seconds / count) * TASKS, cpu: (cpu / count) * TASKS };
}

async function queue(slug, count) {
  const rows = Array.from({ length: count }, () => ({ agent: slug }));
  for (let at = 0; at < rows.length; at += 1000)
    await call('POST', '/agents/batch', { operations: rows.slice(at, at + 1000) });
}

const lines = [];
const report = (name, { seconds, cpu }, base) => {
  const each = cpu / TASKS;
  lines.push(
    `| ${name} | ${(TASKS / seconds).toFixed(0)} | ${each.toFixed(3)} | ${(2000 / each).toFixed(0)} | ${base ? (each / base).toFixed(1) : '1.0'} |`,
  );
  return each;
};

// Batched: leased and completed a hundred at a time, by four workers over HTTP.
await makeAgent('batched', 'worker');
const { workerId } = await call('POST', '/workers', { name: 'bench' });
const drain = async (slug, size, workers) =>
  Promise.all(
    Array.from({ length: workers }, async () => {
      for (let misses = 0; misses < 3;) {
        const { tasks = [] } = await call('POST', '/leases', { workerId, agents: [slug], max: size });
        if (tasks.length === 0) {
          misses++;
          continue;
        }
        misses = 0;
        if (size === 1)
          await call('POST', `/tasks/${tasks[0].id}/complete`, { leaseToken: tasks[0].leaseToken, output: 1 });
        else
          await call('POST', '/tasks/complete', {
            results: tasks.map(({ id, leaseToken }) => ({ id, leaseToken, output: 1 })),
          });
      }
    }),
  );
await queue('batched', 1000);
await drain('batched', 100, 4);
await queue('batched', TASKS);
report('plain SQL, 50 at a time', await plainQueue(50, 4));
const plainBatched = report('plain SQL, 100 at a time', await plainQueue(100, 4));
report('workers, 100 at a time', await measured(() => drain('batched', 100, 4)), plainBatched);

// The engine without HTTP, as the doors for workers call it, in a process of its own that is warm.
const { id: ownerId } = await call('GET', '/auth/me');
async function engineAlone(slug, size, loops, count = TASKS) {
  await makeAgent(slug, 'worker');
  // Two seconds of work: what a process that has just started spends on compiling is not the engine's.
  const warmUp = Math.max(2_000, count);
  await queue(slug, count + warmUp);
  const args = [slug, workerId, ownerId, size, loops, warmUp].map(String);
  const {
    done,
    seconds,
    own,
    database: inDatabase,
  } = await runScript('bench/engine-runner.mjs', args, {
    DATABASE_URL: databaseUrl,
  });
  return perTasks(done, { seconds, cpu: own + inDatabase });
}
report('engine alone, 100 at a time, 2 loops', await engineAlone('alone-batched', 100, 2), plainBatched);
const plainMany = report('plain SQL, 500 at a time, 1 connection', await plainQueue(500, 1, 4 * TASKS));
report('engine alone, 500 at a time, 1 loop', await engineAlone('alone-many', 500, 1, 4 * TASKS), plainMany);

// Inside: an internal agent that does next to nothing, as fast as the engine takes and ends its tasks.
await makeAgent('inside', 'internal', { config: { handler: 'security-posture' } });
await call('POST', '/agents/inside/pause');
await queue('inside', TASKS);
report(
  'engine of the process, handler security-posture included',
  await measured(async () => {
    await call('POST', '/agents/inside/resume');
    for (let left = 1; left > 0;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { rows } =
        await database.query(`SELECT count(*)::int AS n FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE a.slug = 'inside' AND t.state IN ('queued', 'running')`);
      left = rows[0].n;
    }
  }),
  plainBatched,
);

await makeAgent('single', 'worker');
await queue('single', TASKS);
const plainSingle = report('plain SQL, one at a time', await plainQueue(1, 10));
report('workers, one at a time', await measured(() => drain('single', 1, 10)), plainSingle);
report('engine alone, one at a time, 10 loops', await engineAlone('alone-single', 1, 10), plainSingle);
report('engine alone, one at a time, 1 loop', await engineAlone('alone-lonely', 1, 1), plainSingle);
console.log(
  '| case | tasks/s | CPU ms a task | tasks/s that 2 cores could do | ratio to plain SQL |\n|---|---|---|---|---|',
);
console.log(lines.join('\n'));

// From the request to the start, by the database's clock: what is waited for, not what is computed.
await makeAgent('latency', 'internal', { config: { handler: 'security-posture' } });
const waits = [];
for (let n = 0; n < 200; n++) {
  const { id } = await call('POST', '/agents/latency/execute?wait=10', {});
  const { rows } = await database.query(
    'SELECT extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms FROM agent_task WHERE id = $1',
    [id],
  );
  waits.push(rows[0].ms);
}
console.log(
  `\nenqueue to start, one at a time: P50 ${percentile(waits, 0.5).toFixed(1)} ms, P99 ${percentile(waits, 0.99).toFixed(1)} ms`,
);

// Cancelling running tasks: from the request for it to the moment the runner was told, and to the end of the task.
await makeAgent('cancelled', 'internal', { config: { handler: 'service-metrics' } });
const [told, stopped] = [[], []];
for (let n = 0; n < 200; n++) {
  const { id } = await call('POST', '/agents/cancelled/execute', { parameters: { seconds: 60 } });
  while ((await call('GET', `/tasks/${id}`)).state !== 'running')
    await new Promise((resolve) => setTimeout(resolve, 2));
  await call('POST', `/tasks/${id}/cancel`);
  const row = async () =>
    (
      await database.query(
        `SELECT extract(epoch FROM cancel_acknowledged_at - cancel_requested_at)::float8 * 1000 AS told,
       extract(epoch FROM stopped_at - cancel_requested_at)::float8 * 1000 AS stopped FROM agent_task WHERE id = $1`,
        [id],
      )
    ).rows[0];
  let times = await row();
  while (times.stopped === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    times = await row();
  }
  if (times.told !== null) told.push(times.told);
  stopped.push(times.stopped);
}
for (const [name, values] of [
  ['told', told],
  ['stopped', stopped],
]) {
  if (values.length === 0) continue;
  console.log(
    `cancel to ${name}, internal (${values.length}): P50 ${percentile(values, 0.5).toFixed(1)} ms, P99 ${percentile(values, 0.99).toFixed(1)} ms`,
  );
}

// Tokens, estimated at four characters each, as no tokenizer of a provider is at hand; what is compared is the same text either way.
const tokens = (value) => Math.ceil(JSON.stringify(value).length / 4);
const client = new Client({ name: 'bench', version: '1.0.0' });
await client.connect(
  new StreamableHTTPClientTransport(new URL(`${service.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  }),
);
const { tools } = await client.listTools();
const AGENT = 'scanner';
const cost = { single: { args: 0, results: 0 }, whole: {}, selected: {}, table: {} };
const SHARED = { seconds: 1, depth: 'full', include: ['configuration', 'connections'] };
for (let n = 0; n < 50; n++) {
  const args = { agent: AGENT, parameters: { ...SHARED, n } };
  cost.single.args += tokens({ name: 'run_agent', arguments: args });
  cost.single.results += tokens((await client.callTool({ name: 'run_agent', arguments: args })).content);
}
const numbers = Array.from({ length: 50 }, (_, n) => n);
const select = ['/findings/0/id'];
const operations = (more) => numbers.map((n) => ({ agent: AGENT, parameters: { ...SHARED, n }, ...more }));
for (const [name, args] of [
  ['whole', { operations: operations({}) }],
  ['selected', { operations: operations({ select }) }],
  ['table', { common: { agent: AGENT, parameters: SHARED, select }, columns: ['n'], rows: numbers }],
]) {
  cost[name].args = tokens({ name: 'run_batch', arguments: args });
  cost[name].results = tokens((await client.callTool({ name: 'run_batch', arguments: args })).content);
}
const total = ({ args, results }) => args + results;
const saved = (entry) => `${(100 * (1 - total(entry) / total(cost.single))).toFixed(1)} %`;
const definitions = tokens(tools);
console.log(
  `\n| 50 runs of ${AGENT} over MCP | definitions | arguments | results | arguments + results | saved |\n|---|---|---|---|---|---|`,
);
for (const [name, entry] of [
  ['50 x run_agent', cost.single],
  ['run_batch', cost.whole],
  ['run_batch with select', cost.selected],
  ['run_batch with common, rows and select', cost.table],
]) {
  console.log(`| ${name} | ${definitions} | ${entry.args} | ${entry.results} | ${total(entry)} | ${saved(entry)} |`);
}
await client.close();
await database.end();
await service.stop();
