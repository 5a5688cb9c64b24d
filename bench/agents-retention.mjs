// What requests cost while tasks that ended long ago are removed, against the same requests of the same process in the moments in between:
// a lock that removal waits for is taken and let go again. Then how many tasks are removed a second when nothing else happens.
//
// node bench/agents-retention.mjs [tasks] [rounds]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { fill } from './growth/agents.mjs';
import { logIn, startService } from './process.mjs';

const TASKS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = Number(process.argv[3] ?? 12);
const ROUND_MS = 4_000;
/** Of each round this much is not measured: what was under way ends, or begins. */
const SETTLE_MS = 1_200;

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-retention-'));
const postgres = await EmbeddedPostgres.start(dir);
const db = new pg.Client({ connectionString: postgres.url });
const brake = new pg.Client({ connectionString: postgres.url });
await Promise.all([db.connect(), brake.connect()]);

const removed = async () =>
  Number((await db.query('SELECT coalesce(sum(tasks), 0) AS n FROM agent_task_removal')).rows[0].n);

// Another process makes the agents, and is gone before there is anything to remove.
await (await startService({ DATABASE_URL: postgres.url })).stop();
let at = performance.now();
await fill(db, 0, TASKS, { ageDays: 60 });
// What failed is kept for longer; and so are batches that something failed in.
await db.query(`UPDATE agent_task SET state = 'succeeded' WHERE state IN ('failed', 'dead')`);
await db.query('VACUUM ANALYZE');
await db.query(`DELETE FROM scheduled_job WHERE name = 'agents.retention'`);
console.log(`${TASKS} tasks are there after ${((performance.now() - at) / 1000).toFixed(0)} s`);

const service = await startService({ DATABASE_URL: postgres.url });
const headers = { authorization: `Bearer ${await logIn(service.url)}`, 'content-type': 'application/json' };
const REQUESTS = {
  'GET /tasks': () => fetch(`${service.url}/api/v1/tasks?limit=20`, { headers }),
  'GET /tasks of a state': () => fetch(`${service.url}/api/v1/tasks?limit=20&state=failed`, { headers }),
  'execute an internal agent': () =>
    fetch(`${service.url}/api/v1/agents/scanner/execute?wait=10`, { method: 'POST', headers, body: '{}' }),
};
const times = Object.fromEntries(Object.keys(REQUESTS).map((name) => [name, { with: [], without: [] }]));

async function round(kind) {
  const until = performance.now() + ROUND_MS;
  const from = performance.now() + SETTLE_MS;
  while (performance.now() < until) {
    for (const [name, request] of Object.entries(REQUESTS)) {
      const start = performance.now();
      const response = await request();
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      if (start > from) times[name][kind].push(performance.now() - start);
    }
  }
}

try {
  while ((await removed()) === 0) await sleep(50);
  for (let n = 0; n < ROUNDS; n++) {
    await round('with');
    await brake.query('BEGIN; LOCK TABLE agent_task_removal IN EXCLUSIVE MODE');
    const before = await removed();
    await round('without');
    if ((await removed()) !== before) throw new Error('tasks were removed though they should not be');
    await brake.query('COMMIT');
  }
  const [before, start] = [await removed(), performance.now()];
  await sleep(10_000);
  const rate = ((await removed()) - before) / ((performance.now() - start) / 1000);
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  console.log('| request, ms | P50 without | P50 with | | mean without | mean with | |\n|---|---|---|---|---|---|---|');
  for (const [name, { with: slow, without }] of Object.entries(times)) {
    const columns = [median, mean].flatMap((of) => {
      const [a, b] = [of(without), of(slow)];
      return [a.toFixed(2), b.toFixed(2), `${b > a ? '+' : ''}${((b / a - 1) * 100).toFixed(1)} %`];
    });
    console.log(`| ${name} | ${columns.join(' | ')} |`);
  }
  console.log(`${rate.toFixed(0)} tasks a second are removed meanwhile; ${await removed()} of ${TASKS} were`);
} finally {
  await service.stop();
  await Promise.all([db.end(), brake.end()]);
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
}
