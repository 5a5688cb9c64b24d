// What the error ledger promises: events/s at the door of SDKs until all are stored, what a request that fails costs more than one
// that does not, and the list of groups over a million occurrences. On a PostgreSQL of its own, each beside a reference in the same run.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { cpuMs, logIn, start, startService } from './process.mjs';

const SECONDS = Number(process.argv[2] ?? 10);
const ONLY = process.argv[3];
const CONNECTIONS = 64;
const EVENT_BYTES = 5 * 1024;

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-errors-'));
const postgres = await EmbeddedPostgres.start(dir);
const client = new pg.Client({ connectionString: postgres.url });
await client.connect();
const bare = await start('bench/bare-server.mjs');
const service = await startService({
  DATABASE_URL: postgres.url,
  NODE_OPTIONS: `--import ${new URL('fail-on-signal.mjs', import.meta.url)}`,
});
const authorization = `Bearer ${await logIn(service.url)}`;

async function call(method, route, body) {
  const response = await fetch(`${service.url}${route}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

const conservation = async () => (await call('GET', '/errors/statistics?hours=1')).conservation;
async function drained() {
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    const now = await conservation();
    if (now.backlog === 0) return now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the backlog does not go down');
}

/** An event as an SDK sent it, brought to the size that is promised for. */
function recordedEvent() {
  const file = path.join(import.meta.dirname, '../test/fixtures/sentry/node-10.json');
  const bodies = JSON.parse(readFileSync(file, 'utf8')).map(({ body }) => body);
  const lines = bodies.find((body) => body.includes('cannot be charged')).split('\n');
  const event = JSON.parse(lines[2]);
  delete event.modules;
  event.event_id = '0'.repeat(32);
  event.extra = { note: '' };
  const stacks = event.exception.values.map(({ stacktrace }) => stacktrace.frames);
  while (Buffer.byteLength(JSON.stringify(event)) > EVENT_BYTES) {
    const longest = stacks.reduce((a, b) => (a.length >= b.length ? a : b));
    longest.shift();
  }
  const missing = EVENT_BYTES - Buffer.byteLength(JSON.stringify(event));
  event.extra.note = 'blue kettle '.repeat(1_000).slice(0, Math.max(0, missing));
  return JSON.stringify(event);
}

async function ingest() {
  const project = await call('POST', '/errors/projects', { name: `bench-${Date.now()}` });
  const event = recordedEvent();
  const envelopeOf = (id) => `{"event_id":"${id}"}\n{"type":"event"}\n${event.replace('0'.repeat(32), id)}`;
  const flood = (duration) =>
    autocannon({
      url: `${service.url}/api/${project.id}/envelope/?sentry_version=7&sentry_key=${project.keys[0]}`,
      method: 'POST',
      connections: CONNECTIONS,
      duration,
      requests: [{ setupRequest: (request) => ({ ...request, body: envelopeOf(randomUUID().replaceAll('-', '')) }) }],
    });
  await flood(3);
  const before = await drained();
  const cpu = cpuMs(service.pid);
  const start = performance.now();
  const result = await flood(SECONDS);
  const accepted = performance.now() - start;
  const after = await drained();
  const whole = performance.now() - start;
  const stored = after.stored - before.stored;
  if (result.non2xx > 0 || stored < result['2xx']) throw new Error(`${result['2xx']} acknowledged, ${stored} stored`);
  const perSecond = (stored / whole) * 1000;
  const cpuUs = ((cpuMs(service.pid) - cpu) * 1000) / stored;

  const bareCpu = cpuMs(bare.pid);
  const posts = await autocannon({
    url: `${bare.url}/bare`,
    method: 'POST',
    connections: CONNECTIONS,
    duration: 4,
    headers: { 'content-type': 'application/json' },
    body: event,
  });
  const bareUs = ((cpuMs(bare.pid) - bareCpu) * 1000) / posts.requests.total;
  const bareRate = posts.requests.total / posts.duration;
  const oneByOne = await insertOneByOne(event, 4);
  console.log(
    `\nEvents of ${Buffer.byteLength(event)} bytes, ${CONNECTIONS} connections, ${SECONDS} s and the drain\n`,
  );
  console.log('| what | a second | ratio | CPU µs | ratio |\n|---|---|---|---|---|');
  const show = (name, rate, us) =>
    console.log(
      `| ${name} | ${rate.toFixed(0)} | ${(perSecond / rate).toFixed(2)} | ${us?.toFixed(0) ?? ''} | ${us ? (cpuUs / us).toFixed(1) : ''} |`,
    );
  show('acknowledged and stored', perSecond, cpuUs);
  show('a bare Nest + Fastify route that is sent the same and does nothing', bareRate, bareUs);
  show('plain pg: parse, insert and commit each event, 20 connections', oneByOne);
  const drain = ((whole - accepted) / 1000).toFixed(1);
  console.log(`\nP50 ${result.latency.p50} ms, P99 ${result.latency.p99} ms; drained ${drain} s after the last`);
}

/** The same event as the simplest server would keep it. */
async function insertOneByOne(event, seconds) {
  await client.query(
    'CREATE TABLE IF NOT EXISTS bench_event (id uuid PRIMARY KEY, at timestamptz, type text, detail jsonb)',
  );
  const pool = new pg.Pool({ connectionString: postgres.url, max: 20 });
  let count = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (performance.now() < end) {
        const { exception } = JSON.parse(event);
        const type = exception.values.at(-1).type;
        await pool.query({
          name: 'insert',
          text: 'INSERT INTO bench_event VALUES ($1, now(), $2, $3)',
          values: [randomUUID(), type, event],
        });
        count++;
      }
    }),
  );
  await pool.end();
  return count / seconds;
}

/** CPU of the service for the same request when it succeeds, and when it throws at its end. */
async function failing() {
  const measure = async (expected, server = service, url = `${service.url}/api/v1/errors/alerts?limit=1`) => {
    await drained();
    const before = cpuMs(server.pid);
    const result = await autocannon({ url, headers: { authorization }, connections: 16, duration: 5 });
    await drained();
    const answered = expected === 200 ? result['2xx'] : result['5xx'];
    if (answered !== result.requests.total) throw new Error(`not all answers were ${expected}`);
    const cpuUs = ((cpuMs(server.pid) - before) * 1000) / answered;
    return { cpuUs, p50: result.latency.p50, perSecond: answered / result.duration };
  };
  const nothing = await measure(200, bare, `${bare.url}/bare`);
  await measure(200);
  const well = await measure(200);
  process.kill(service.pid, 'SIGUSR2');
  const failed = await measure(500);
  console.log(
    '\nThe same request, succeeding and throwing at its end, 16 connections; log and record of each failure included, until stored\n',
  );
  console.log('| request | CPU µs | requests/s | P50 ms |\n|---|---|---|---|');
  for (const [name, row] of [
    ['bare Nest + Fastify route', nothing],
    ['succeeds', well],
    ['fails with 500', failed],
  ]) {
    console.log(`| ${name} | ${row.cpuUs.toFixed(0)} | ${row.perSecond.toFixed(0)} | ${row.p50} |`);
  }
  console.log(`\nA failure costs ${((failed.cpuUs - well.cpuUs) / 1000).toFixed(2)} ms of CPU more`);
}

const GROUPS = 10_000;
const OCCURRENCES = 1_000_000;

/** A year of a busy company, made in the database. */
async function fill() {
  await client.query(`
    INSERT INTO error_group (id, service, grouping_key, title, culprit, severity, category, status, count, own_count, first_seen,
                             last_seen, own_first_seen, own_last_seen, release, why)
    SELECT gen_random_uuid(), 'service-' || n % 20, 'g2:' || md5(n::text), 'Kind' || n % 50 || 'Error: failure ' || md5(n::text),
           'handler' || n || ' (src/module' || n % 300 || '.ts)', (ARRAY['critical','high','medium','low','info'])[1 + n % 5],
           (ARRAY['database','network','validation','unknown'])[1 + n % 4],
           (ARRAY['open','open','resolved','ignored','regressed'])[1 + n / 7 % 5], ${OCCURRENCES / GROUPS}, ${OCCURRENCES / GROUPS},
           now() - n * interval '50 minutes', now() - n * interval '3 minutes', now() - n * interval '50 minutes',
           now() - n * interval '3 minutes', '2.' || n % 40 || '.0',
           '{"version":"g1","basis":"stack","parts":["type:KindError","frame:a|b"],"explanation":"Same"}'
    FROM generate_series(1, ${GROUPS}) AS n`);
  await client.query(`
    INSERT INTO error_group_presence (group_id, release, environment, count, last_seen)
    SELECT id, release, 'production', count, last_seen FROM error_group WHERE service LIKE 'service-%'`);
  await client.query(`
    INSERT INTO error_occurrence (id, group_id, run_id, sequence, occurred_at, received_at, severity, category, error_type,
                                  error_message, service, release, environment, detail)
    SELECT gen_random_uuid(), g.id, '20260101_000000_00000000', n, g.last_seen - n * interval '1 minute', g.last_seen, g.severity,
           g.category, 'KindError', g.title, g.service, g.release, 'production', '{"context":{},"frames":[],"tags":{}}'
    FROM error_group g, generate_series(1, ${OCCURRENCES / GROUPS}) AS n WHERE g.service LIKE 'service-%'`);
  await client.query('VACUUM ANALYZE error_group, error_group_text, error_group_presence, error_occurrence');
}

async function lists() {
  await fill();
  const queries = {
    'newest first': '',
    'open, by count': 'status=open&sort=count',
    'of a service and severity': 'service=service-7&severity=critical',
    'of a release': 'release=2.13.0&environment=production',
    'since yesterday': `since=${new Date(Date.now() - 86_400_000).toISOString()}&sort=firstSeen`,
    'with a text that is common': 'text=failure',
    'with a text that is rare': 'text=handler9731',
    'with a text that nobody has': 'text=nothing-of-the-kind',
  };
  const ask = (url, headers = {}) => autocannon({ url, headers, connections: 1, duration: 3 });
  const reference = await ask(`${bare.url}/bare`);
  console.log(`\nGroups, ${OCCURRENCES} occurrences in ${GROUPS} groups, one request at a time\n`);
  console.log('| list | P50 ms | P97.5 ms | requests/s |\n|---|---|---|---|');
  const show = (name, { latency, requests, duration, non2xx }) => {
    if (non2xx > 0) throw new Error(`${name}: ${non2xx} answers were not 2xx`);
    console.log(`| ${name} | ${latency.p50} | ${latency.p97_5} | ${(requests.total / duration).toFixed(0)} |`);
  };
  show('bare Nest + Fastify route', reference);
  for (const [name, query] of Object.entries(queries))
    show(name, await ask(`${service.url}/errors?limit=20&${query}`, { authorization }));
}

try {
  if (!ONLY || ONLY === 'failing') await failing();
  if (!ONLY || ONLY === 'ingest') await ingest();
  if (!ONLY || ONLY === 'lists') await lists();
} finally {
  await Promise.all([bare.stop(), service.stop()]);
  await client.end();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
