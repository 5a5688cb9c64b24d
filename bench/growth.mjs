// Every GET route while what it reads from grows: fills the database at each size, asks each route alone, and prints what it
// costs: pages that PostgreSQL looks at, CPU of the service and of PostgreSQL, and time. Pages are the same whatever else the machine does.
// A read is flat when they are alike. What a module holds is filled by `growth/<module>.mjs`:
//
//   export async function fill(db, from, to)      puts items `from` to `to` there, as the service would have
//   export async function samples(db)             values for the parameters of paths, by their names
//   export const reads = { [name]: path }         filters and pairs of them, also such that match nothing; `{name}` is a sample
//   export const tags = ['…']                     tags of its routes in the OpenAPI document
//   export const unasked = ['…']                  ends of routes that read everything by nature, or what only the service can write
//   export const pauseMs = 0                      between requests, where answers are shown again for some time; fewer are asked then
//   export const needs = ['…']                    modules that are filled with it, because its routes read them
//
// node bench/growth.mjs [sizes] [module …]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { descendants, logIn, preciseCpuMs, startService } from './process.mjs';

const SIZES = (process.argv[2] ?? '10000,1000000').split(',').map(Number);
const REPEATS = { atOnce: 30, withPauses: 10 };
/** Asked before it counts: connections are warm then, and statements prepared. */
const WARM_UP = 5;
/** A read that looks at so many times as many pages at the last size, and so many more, is not flat: indexes are a level or two higher. */
const NOT_FLAT = { times: 1.2, pages: 100 };

/** What is removed in the background would be counted with what a read looks at. */
const KEPT = { AGENTS_RETENTION_DAYS: '3650', AGENTS_FAILED_RETENTION_DAYS: '3650', ERRORS_RETENTION_DAYS: '3650' };

const folder = path.join(import.meta.dirname, 'growth');
const known = readdirSync(folder).map((file) => file.replace(/\.mjs$/, ''));
const names = process.argv.length > 3 ? process.argv.slice(3) : known;
const load = (name) => import(`./growth/${name}.mjs`);
const modules = await Promise.all(names.map(load));
const filled = await Promise.all([...new Set([...modules.flatMap(({ needs = [] }) => needs), ...names])].map(load));

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-growth-'));
const postgres = await EmbeddedPostgres.start(dir, { shared_preload_libraries: 'pg_stat_statements' });
const db = new pg.Client({ connectionString: postgres.url });
await db.connect();
await db.query('CREATE EXTENSION pg_stat_statements');
const service = await startService({ DATABASE_URL: postgres.url, ...KEPT });
const headers = { authorization: `Bearer ${await logIn(service.url)}` };

/** Routes of the OpenAPI document whose every parameter of the path is known. */
function documented({ tags, unasked = [] }, samples) {
  const { paths } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../docs/generated/openapi.json'), 'utf8'));
  return (
    Object.entries(paths)
      .filter(([, { get }]) => get?.tags?.some((tag) => tags.includes(tag)))
      .map(([route]) => route)
      // An export carries everything there is.
      .filter((route) => ![...unasked, '/export'].some((end) => route.endsWith(end)))
      .filter((route) => [...route.matchAll(/\{(\w+)\}/g)].every(([, name]) => name in samples))
  );
}

/** CPU that the service and the connections of PostgreSQL have used, in ms. */
function cpuMs() {
  const postmaster = Number(readFileSync(path.join(dir, 'postgres-18', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return [service.pid, ...descendants(postmaster).filter(isConnection)].reduce(
    (sum, pid) => sum + preciseCpuMs(pid),
    0,
  );
}

function isConnection(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('127.0.0.1(');
  } catch {
    return false; // Ended meanwhile.
  }
}

/** Pages that statements have looked at since they were counted last. */
async function pages() {
  const { rows } = await db.query(
    'SELECT sum(shared_blks_hit + shared_blks_read)::bigint AS pages FROM pg_stat_statements',
  );
  await db.query('SELECT pg_stat_statements_reset()');
  return Number(rows[0].pages);
}

/** @returns of one request: pages, CPU, median and 95th percentile of the time, in ms */
async function measure(route, pauseMs = 0) {
  const times = [];
  let before = 0;
  const repeats = pauseMs > 0 ? REPEATS.withPauses : REPEATS.atOnce;
  for (let turn = -WARM_UP; turn < repeats; turn++) {
    if (turn === 0) {
      before = cpuMs();
      await pages();
    }
    if (pauseMs > 0) await sleep(pauseMs);
    const start = performance.now();
    const response = await fetch(`${service.url}${route}`, { headers });
    const body = await response.text();
    const took = performance.now() - start;
    if (turn >= 0) times.push(took);
    if (!response.ok) throw new Error(`${route}: ${response.status} ${body}`);
    // Streams of everything grow with what they carry; three turns tell as much.
    if (turn >= 2 && took > 1_000) break;
  }
  const cpu = (cpuMs() - before) / times.length;
  const read = (await pages()) / times.length;
  times.sort((a, b) => a - b);
  return { read, cpu, p50: times[times.length >> 1], p95: times[Math.floor(times.length * 0.95)] };
}

try {
  const rows = new Map();
  let before = 0;
  for (const size of SIZES) {
    for (const module of filled) await module.fill(db, before, size);
    before = size;
    await db.query('VACUUM ANALYZE');
    for (const module of modules) {
      const samples = await module.samples(db);
      const routes = {
        ...Object.fromEntries(documented(module, samples).map((route) => [route, route])),
        ...module.reads,
      };
      for (const [name, route] of Object.entries(routes)) {
        const times = await measure(
          route.replace(/\{(\w+)\}/g, (_, parameter) => encodeURIComponent(samples[parameter])),
          module.pauseMs,
        );
        rows.set(name, [...(rows.get(name) ?? []), times]);
      }
    }
  }
  const of = (title) => SIZES.map((size) => `${title} at ${size}`);
  const head = [...of('pages'), 'times', ...of('CPU'), ...of('P50'), 'P95'];
  console.log(`\n| read, ms | ${head.join(' | ')} | |\n|---|${'---|'.repeat(head.length + 1)}`);
  for (const [name, costs] of rows) {
    const [first, last] = [costs[0], costs.at(-1)];
    const isFlat = last.read < first.read * NOT_FLAT.times || last.read < first.read + NOT_FLAT.pages;
    const pages = [...costs, { read: last.read / first.read }].map(({ read }, index) =>
      read.toFixed(index < costs.length ? 0 : 1),
    );
    const times = [...costs.map(({ cpu }) => cpu), ...costs.map(({ p50 }) => p50), last.p95].map((ms) => ms.toFixed(1));
    console.log(`| ${name} | ${[...pages, ...times].join(' | ')} | ${isFlat ? '' : 'grows'} |`);
  }
} finally {
  await service.stop();
  await db.end();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
