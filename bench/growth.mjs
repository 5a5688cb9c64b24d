// Every GET route while what it reads from grows: fills the database at each size, asks each route alone, and prints the median time. A
// read is flat when the columns are alike. What a module holds is filled by `growth/<module>.mjs`:
//
//   export async function fill(db, from, to)      puts items `from` to `to` there, as the service would have
//   export async function samples(db)             values for the parameters of paths, by their names
//   export const reads = { [name]: path }         filters and pairs of them, also such that match nothing; `{name}` is a sample
//   export const tags = ['…']                     tags of its routes in the OpenAPI document
//
// node bench/growth.mjs [sizes] [module …]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/embedded-postgres.js';
import { logIn, startService } from './process.mjs';

const SIZES = (process.argv[2] ?? '10000,1000000').split(',').map(Number);
const REPEATS = 40;
/** A read that takes so many times as long at the last size, and not less than so many ms, is not flat. */
const NOT_FLAT = { times: 2, ms: 3 };

const folder = path.join(import.meta.dirname, 'growth');
const known = readdirSync(folder).map((file) => file.replace(/\.mjs$/, ''));
const names = process.argv.length > 3 ? process.argv.slice(3) : known;
const modules = await Promise.all(names.map((name) => import(`./growth/${name}.mjs`)));

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-growth-'));
const postgres = await EmbeddedPostgres.start(dir);
const db = new pg.Client({ connectionString: postgres.url });
await db.connect();
const service = await startService({ DATABASE_URL: postgres.url });
const headers = { authorization: `Bearer ${await logIn(service.url)}` };

/** Routes of the OpenAPI document whose every parameter of the path is known. */
function documented({ tags }, samples) {
  const { paths } = JSON.parse(readFileSync(path.join(import.meta.dirname, '../docs/generated/openapi.json'), 'utf8'));
  return (
    Object.entries(paths)
      .filter(([, { get }]) => get?.tags?.some((tag) => tags.includes(tag)))
      .map(([route]) => route)
      // An export carries everything there is.
      .filter((route) => !route.endsWith('/export'))
      .filter((route) => [...route.matchAll(/\{(\w+)\}/g)].every(([, name]) => name in samples))
  );
}

async function medianMs(route) {
  const times = [];
  for (let turn = 0; turn < REPEATS; turn++) {
    const start = performance.now();
    const response = await fetch(`${service.url}${route}`, { headers });
    await response.arrayBuffer();
    times.push(performance.now() - start);
    if (!response.ok) throw new Error(`${route}: ${response.status}`);
    // Streams of everything grow with what they carry; three turns tell as much.
    if (turn >= 2 && times[turn] > 1_000) break;
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

try {
  const rows = new Map();
  let filled = 0;
  for (const size of SIZES) {
    for (const module of modules) await module.fill(db, filled, size);
    filled = size;
    await db.query('VACUUM ANALYZE');
    for (const module of modules) {
      const samples = await module.samples(db);
      const routes = {
        ...Object.fromEntries(documented(module, samples).map((route) => [route, route])),
        ...module.reads,
      };
      for (const [name, route] of Object.entries(routes)) {
        const median = await medianMs(
          route.replace(/\{(\w+)\}/g, (_, parameter) => encodeURIComponent(samples[parameter])),
        );
        rows.set(name, [...(rows.get(name) ?? []), median]);
      }
    }
  }
  console.log(
    `\n| read | ${SIZES.map((size) => `${size} ms`).join(' | ')} | |\n|---|${'---|'.repeat(SIZES.length)}---|`,
  );
  for (const [name, medians] of rows) {
    const [first, last] = [medians[0], medians.at(-1)];
    const isFlat = last < NOT_FLAT.ms || last < first * NOT_FLAT.times;
    console.log(`| ${name} | ${medians.map((ms) => ms.toFixed(1)).join(' | ')} | ${isFlat ? '' : 'grows'} |`);
  }
} finally {
  await service.stop();
  await db.end();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
