// What PostgreSQL's own forms of repositories are worth: the same requests to two services on one database, of which one asks only what
// every engine understands (DB_PORTABLE). Each `*.postgres.ts` names its row; docs/adr/0026 says what a row must show.
import autocannon from 'autocannon';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { cpuMsBetween, cpuMsOf, descendants, logIn, startService } from './process.mjs';

const SIZE = Number(process.argv[2] ?? 50_000);
const ONLY = process.argv.slice(3);
const [ROUNDS, SECONDS, CONNECTIONS] = [6, 2, 4];
const FOLDER = path.join(import.meta.dirname, 'persistence');

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-persistence-'));
const postgres = await EmbeddedPostgres.start(dir);
const postmaster = Number(readFileSync(path.join(dir, 'postgres-18', 'postmaster.pid'), 'utf8').split('\n')[0]);
const env = { DATABASE_URL: postgres.url, AGENTS_RUN_IN_PROCESS: 'false' };
const byHand = await startService(env);
const db = new pg.Client({ connectionString: postgres.url });
await db.connect();

console.log(`\nCPU of the service and of PostgreSQL for a request, µs, median of ${ROUNDS} runs, ${SIZE} rows\n`);
console.log('| row | by hand | portable | ratio | P50 ms by hand | portable |\n|---|---|---|---|---|---|');
try {
  const portable = await startService({ ...env, DB_PORTABLE: 'true' });
  for (const file of readdirSync(FOLDER)) {
    const domain = path.basename(file, '.mjs');
    if (ONLY.length > 0 && !ONLY.includes(domain)) continue;
    const { fill, rows } = await import(path.join(FOLDER, file));
    await fill(db, SIZE);
    await db.query('ANALYZE');
    const token = await logIn(byHand.url);
    for (const [name, request] of Object.entries(await rows({ url: byHand.url, token, db }))) {
      const runs = { byHand: [], portable: [] };
      for (let round = 0; round < ROUNDS; round++) {
        const turns = Object.entries({ byHand, portable });
        // Each is the first one every other time.
        if (round % 2 === 1) turns.reverse();
        for (const [form, service] of turns) runs[form].push(await measure(service, request, token));
      }
      const [a, b] = [median(runs.byHand), median(runs.portable)];
      const cells = [name, a.cpuUs.toFixed(0), b.cpuUs.toFixed(0), (b.cpuUs / a.cpuUs).toFixed(2), a.p50, b.p50];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
  await portable.stop();
} finally {
  await db.end();
  await byHand.stop();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}

/** One run of a request: what it costs both processes until all of it is done (`settled`), and how long it takes. */
async function measure(service, { path: route, method = 'GET', headers = {}, body, settled }, token) {
  const pids = [service.pid, postmaster, ...descendants(postmaster)];
  const before = cpuMsOf(pids);
  const result = await autocannon({
    url: service.url,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        path: `/api/v1${typeof route === 'function' ? '' : route}`,
        method,
        headers: {
          ...(headers['x-api-key'] ? {} : { authorization: `Bearer ${token}` }),
          'content-type': 'application/json',
          ...headers,
        },
        ...(body && typeof body !== 'function' && { body: JSON.stringify(body) }),
        // A function gives each request a path or a body of its own, the path first.
        setupRequest: (request) => ({
          ...request,
          ...(typeof route === 'function' && { path: `/api/v1${route()}` }),
          ...(typeof body === 'function' && { body: JSON.stringify(body()) }),
        }),
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${route}: ${result.non2xx} refused, ${result.errors} failed`);
  await settled?.(service.url);
  return { cpuUs: (cpuMsBetween(before, cpuMsOf(pids)) * 1000) / result.requests.total, p50: result.latency.p50 };
}

function median(runs) {
  return runs.sort((a, b) => a.cpuUs - b.cpuUs)[Math.floor(runs.length / 2)];
}
