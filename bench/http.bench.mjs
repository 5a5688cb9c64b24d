// CPU per request and requests/s of an authenticated read and of recording a sale, against a bare Nest + Fastify route in the
// same run. Runs alternate and the cheapest of each counts: noise of a shared machine only ever adds.
import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { cpuMs, logIn, start, startService } from './process.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const SECONDS = Number(process.argv[3] ?? 5);
const CONNECTIONS = 16;

const bare = await start('bench/bare-server.mjs');
const service = await startService();
const token = await logIn(service.url);
const authorization = `Bearer ${token}`;

const cases = [
  { name: 'bare Nest + Fastify route', server: bare, url: `${bare.url}/bare` },
  { name: 'public route', server: service, url: `${service.url}/health/live` },
  { name: 'authenticated read', server: service, url: `${service.url}/api/v1/auth/me`, headers: { authorization } },
  {
    name: 'record a sale',
    server: service,
    url: `${service.url}/api/v1/finance/transactions/record`,
    headers: { authorization, 'content-type': 'application/json' },
    method: 'POST',
    body: JSON.stringify({ type: 'sale', amount: '19.99', currency: 'USD' }),
    setupRequest: (request) => ({ ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } }),
  },
];

const best = new Map();
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, server, setupRequest, ...options } of cases) {
    const before = cpuMs(server.pid);
    const result = await autocannon({
      connections: CONNECTIONS,
      duration: SECONDS,
      ...options,
      ...(setupRequest ? { requests: [{ setupRequest }] } : {}),
    });
    const answered = result['2xx'];
    if (result.non2xx > 0 || answered === 0) throw new Error(`${name}: ${result.non2xx} answers were not 2xx`);
    const cpuUs = ((cpuMs(server.pid) - before) * 1000) / answered;
    const known = best.get(name);
    if (!known || cpuUs < known.cpuUs) {
      best.set(name, {
        cpuUs,
        perSecond: answered / result.duration,
        p95: result.latency.p97_5,
        p50: result.latency.p50,
      });
    }
  }
}
await Promise.all([bare.stop(), service.stop()]);

const reference = best.get(cases[0].name);
console.log(`\n${CONNECTIONS} connections, best of ${ROUNDS} runs of ${SECONDS} s; server process only\n`);
console.log('| case | CPU µs/request | ratio to bare | requests/s | ratio to bare | P50 ms | P97.5 ms |');
console.log('|---|---|---|---|---|---|---|');
for (const [name, { cpuUs, perSecond, p50, p95 }] of best) {
  const cpuRatio = (cpuUs / reference.cpuUs).toFixed(2);
  const rateRatio = (perSecond / reference.perSecond).toFixed(2);
  console.log(
    `| ${name} | ${cpuUs.toFixed(0)} | ${cpuRatio} | ${perSecond.toFixed(0)} | ${rateRatio} | ${p50} | ${p95} |`,
  );
}
