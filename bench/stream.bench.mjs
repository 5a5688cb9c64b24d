// What streams of the dashboard cost: CPU of the service and of its PostgreSQL at rest and with events, as shares of a core, each against the same
// without streams; memory for each stream; and how long an event takes to the last of its readers. Half of the readers see every task, the
// others their own only, and each has a session of its own. The readers run in this process, whose CPU is not counted.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { PASSWORD, cpuMsBetween, cpuMsOf, descendants, logIn, startService } from './process.mjs';

const STREAMS = Number(process.argv[2] ?? 500);
const SECONDS = Number(process.argv[3] ?? 60);
const EVENTS_A_SECOND = 20;
const TOPICS = 'metrics,activities,tasks,errors,approvals';

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-stream-'));
// Under root the server runs as another user, who must be able to pass.
chmodSync(dir, 0o711);
const server = await EmbeddedPostgres.start(dir);
const postmaster = Number(readFileSync(path.join(dir, 'postgres-18', 'postmaster.pid'), 'utf8').split('\n')[0]);
const service = await startService({
  DATABASE_URL: server.url,
  ARGON2_MEMORY_KIB: '7168',
  ARGON2_PASSES: '1',
  LOG_ENABLE_FILE: 'false',
  LOG_ENABLE_CONSOLE: 'true',
});
const api = `${service.url}/api/v1`;
const root = await logIn(service.url);

async function call(route, body, token = root) {
  const response = await fetch(`${api}${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response.json();
}

await call('/agents', { slug: 'idle', name: 'idle', category: 'bench', kind: 'worker' });
const account = { email: 'reader@example.com', username: 'reader', role: 'API_USER', password: PASSWORD };
await call('/users', account);
const sessionOf = async (identifier) => (await call('/auth/login', { identifier, password: PASSWORD })).accessToken;

const memoryMb = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))[1]) / 1024;

/** CPU that the service and its PostgreSQL used of a core while something went on, in percent. */
async function shareOf(work) {
  const servers = [postmaster, ...descendants(postmaster)];
  const [before, start] = [cpuMsOf([service.pid, ...servers]), performance.now()];
  await work();
  const elapsed = performance.now() - start;
  const after = cpuMsOf([service.pid, ...servers]);
  const only = (pids) => [before, after].map((used) => new Map([...used].filter(([pid]) => pids.includes(pid))));
  const percent = (pids) => (100 * cpuMsBetween(...only(pids))) / elapsed;
  return { service: percent([service.pid]), postgres: percent(servers) };
}

/** When each task was answered. */
const made = new Map();
/** How many readers saw each, and when the last of them; some do before it is answered. */
const seen = new Map();
async function makeEvents(seconds) {
  const token = await sessionOf('reader');
  const end = performance.now() + seconds * 1000;
  for (let next = performance.now(); next < end; next += 1000 / EVENTS_A_SECOND) {
    await sleep(Math.max(0, next - performance.now()));
    const { id } = await call('/agents/idle/execute', {}, token);
    made.set(id, performance.now());
  }
}

const readers = [];
let cut = 0;
function read(token) {
  return new Promise((resolve, reject) => {
    const asked = request(`${api}/dashboard/stream?topics=${TOPICS}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`${answer.statusCode}`));
      resolve();
      let rest = '';
      answer.setEncoding('utf8').on('data', (text) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          const id = /event: tasks\ndata: \{"id":"([^"]+)"/.exec(block)?.[1];
          if (id) seen.set(id, { readers: (seen.get(id)?.readers ?? 0) + 1, lastAt: performance.now() });
        }
      });
      answer.on('close', () => (cut += 1));
    });
    asked.end();
    readers.push(asked);
  });
}

const show = ({ service: own, postgres }) => `${own.toFixed(1)} % + PostgreSQL ${postgres.toFixed(1)} %`;
const minus = (a, b) => ({ service: a.service - b.service, postgres: a.postgres - b.postgres });

console.log(`${STREAMS} streams of all topics, ${SECONDS} s each; shares of one core`);
const tokens = [];
for (let n = 0; n < STREAMS; n++) tokens.push(await sessionOf(n % 2 === 0 ? 'root' : 'reader'));
await sleep(5_000);
const alone = await shareOf(() => sleep(SECONDS * 1000));
console.log(`without streams: ${show(alone)}`);
const busy = await shareOf(() => makeEvents(SECONDS));
console.log(`without streams, ${EVENTS_A_SECOND} events/s: ${show(busy)}`);
made.clear();

await sleep(5_000);
const memoryBefore = memoryMb();
for (const token of tokens) await read(token);
await sleep(10_000);
const atRest = await shareOf(() => sleep(SECONDS * 1000));
const memoryAfter = memoryMb();
console.log(`at rest: ${show(atRest)}; of it by the streams: ${show(minus(atRest, alone))}`);
console.log(
  `memory: ${memoryBefore.toFixed(0)} MB before, ${memoryAfter.toFixed(0)} MB with them: ${(((memoryAfter - memoryBefore) * 1024) / STREAMS).toFixed(0)} kB each`,
);
const withEvents = await shareOf(() => makeEvents(SECONDS));
await sleep(2_000);
console.log(`${EVENTS_A_SECOND} events/s: ${show(withEvents)}; of it by the streams: ${show(minus(withEvents, busy))}`);
const delays = [...made].map(([id, madeAt]) => (seen.get(id)?.lastAt ?? Infinity) - madeAt).sort((a, b) => a - b);
const at = (share) => `${Math.round(delays[Math.ceil(share * delays.length) - 1])} ms`;
console.log(`from the answer to the last of ${STREAMS} readers: P50 ${at(0.5)}, P95 ${at(0.95)}, most ${at(1)}`);
const missing = [...made.keys()].filter((id) => seen.get(id)?.readers !== STREAMS).length;
console.log(`${made.size} events, ${missing} not seen by every reader once; ${cut} streams cut`);
for (const reader of readers) reader.destroy();
await service.stop();
await server.stop();
rmSync(dir, { recursive: true, force: true });
