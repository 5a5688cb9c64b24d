// The engine of tasks without HTTP: takes and ends the tasks of one agent, `size` at a time on `loops` loops, with a runner that does
// nothing. Prints how many after the first `warmUp`, in which time, and the CPU of this process and of PostgreSQL meanwhile.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from '../dist/apps/api/src/api.module.js';
import { loadConfig } from '../dist/config/index.js';
import { WorkerLeaseService, WorkerOutcomeService } from '../dist/libs/agents/src/index.js';
import { Database } from '../dist/libs/platform/database/src/index.js';
import { cpuMsBetween, cpuMsOf } from './process.mjs';

const [slug, workerId, ownerId, size, loops, warmUp] = process.argv.slice(2);
const request = { workerId, agents: [slug], max: Number(size), waitMs: 0 };
const signal = AbortSignal.timeout(3_600_000);
const app = await NestFactory.createApplicationContext(ApiModule.forRoot(loadConfig()), { logger: false });
const [leases, outcomes, database] = [app.get(WorkerLeaseService), app.get(WorkerOutcomeService), app.get(Database)];
// Acts as whoever registered the worker.
const [worker] = await database.query('SELECT credential_id AS id FROM agent_worker WHERE id = $1', [workerId]);
const credential = { kind: 'session', id: worker.id, expiresAt: null, ipAllowlist: [], agents: [] };
const principal = { id: ownerId, role: 'SUPER_ADMIN', username: 'bench', credential };

/** CPU of this process and of PostgreSQL's, in ms. PostgreSQL on another machine counts as nothing. */
async function cpu() {
  const backends = await database.query('SELECT pid FROM pg_stat_activity WHERE datname = current_database()');
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1000, backends: cpuMsOf(backends.map(({ pid }) => pid)) };
}

/** Takes and ends tasks until there are none, or `limit` were done. */
async function run(limit = Infinity) {
  let done = 0;
  const loop = async () => {
    while (done < limit) {
      const leased = await leases.lease(request, principal, signal);
      if (leased.length === 0) return;
      const results = leased.map(({ id, leaseToken }) => ({ id, leaseToken, heldBy: credential.id, output: 1 }));
      await (leased.length > 1 ? outcomes.completeAll(results) : outcomes.complete(results[0]));
      done += leased.length;
    }
  };
  await Promise.all(Array.from({ length: Number(loops) }, loop));
  return done;
}

await run(Number(warmUp));
const before = await cpu();
const start = performance.now();
const done = await run();
const seconds = (performance.now() - start) / 1000;
const after = await cpu();
await app.close();
const inDatabase = cpuMsBetween(before.backends, after.backends);
console.log(JSON.stringify({ done, seconds, own: after.own - before.own, database: inDatabase }));
