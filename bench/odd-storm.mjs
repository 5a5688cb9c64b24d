// Sends requests with odd values at full speed. Status 1 when one was answered with 5xx, when health is not what it was, or when the
// service holds on to more than a fifth of memory more than after the first round.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { oddRequests } from './odd-requests.mjs';
import { logIn, startService } from './process.mjs';

const TOTAL = Number(process.argv[2] ?? 100_000);
const AT_ONCE = 64;
const GROWTH = 1.2;

/** Streams do not end, a login's session does, and failed logins of the only user would lock him out. */
const LEFT_OUT = new Set(['streamTaskEvents', 'streamDashboard', 'logOut', 'changePassword', 'reauthenticate']);

const root = path.resolve(import.meta.dirname, '..');
const document = JSON.parse(readFileSync(path.join(root, 'docs/generated/openapi.json'), 'utf8'));
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

function send({ url }, token, { method, path: route, body }) {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${route}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
    sent.on('error', reject).on('response', (answer) => {
      answer.on('end', () => resolve(answer.statusCode)).resume();
    });
    sent.end(body);
  });
}

const rssMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Memory at rest: the least of two minutes of looks. The engine gives its heap back some 100 s after the last request, not before. */
async function restingMb(pid) {
  let least = Infinity;
  for (let look = 0; look < 240; look++) {
    await sleep(500);
    least = Math.min(least, rssMb(pid));
  }
  return Math.round(least);
}

async function healthOf({ url }) {
  const { status, checks } = await (await fetch(`${url}/health`)).json();
  const unwell = Object.entries(checks).filter(([, check]) => check.status !== 'healthy');
  return { status, ...(unwell.length > 0 && { unwell: Object.fromEntries(unwell) }) };
}

const service = await startService({ LOG_ENABLE_FILE: 'false', RATE_LIMIT_MAX: '1000000' });
try {
  const token = await logIn(service.url);
  const statuses = {};
  const failed = [];
  const round = [...oddRequests(document)].filter(({ operationId }) => !LEFT_OUT.has(operationId));
  let sent = 0;
  const storm = async (until) => {
    const sender = async () => {
      while (sent < until) {
        const odd = round[sent++ % round.length];
        const status = await send(service, token, odd).catch((error) => String(error.code ?? error));
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (!(status < 500)) failed.push(`${odd.operationId} ${odd.where}: ${odd.what}: ${status}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  };
  await storm(round.length);
  const before = await restingMb(service.pid);
  const start = performance.now();
  await storm(TOTAL);
  const seconds = (performance.now() - start) / 1000;
  const straightAfter = await healthOf(service);
  const after = await restingMb(service.pid);
  const health = await healthOf(service);
  console.log(JSON.stringify({ sent, perSecond: Math.round((TOTAL - round.length) / seconds), statuses }));
  console.log(
    JSON.stringify({ failed: [...new Set(failed)].slice(0, 50), straightAfter, health, restingMb: { before, after } }),
  );
  process.exitCode = failed.length === 0 && health.status === 'healthy' && after <= GROWTH * before ? 0 : 1;
} finally {
  await service.stop();
  agent.destroy();
}
