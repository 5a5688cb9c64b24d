// What identity costs: logins a second against raw Argon2 in the same run, reads while logins saturate the cores, the same route
// public and guarded, and whether the time of a refusal tells why. Logins are measured twice: with the service on a core of its own,
// as raw Argon2 has it, and with all cores shared between the service, PostgreSQL and the clients.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import autocannon from 'autocannon';
import { cpuMs, descendants, logIn, PASSWORD, pin, start, startService } from './process.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const SECONDS = Number(process.argv[3] ?? 5);
const STORM_CONNECTIONS = 16;
const REFUSALS = 48;
const CORES = availableParallelism();

let service, authorization, loginRequest, loginStorm, readRequest;

console.log(`\nBest of ${ROUNDS} runs of ${SECONDS} s, logins the median of ${ROUNDS * 4} pairs of runs of 2 s\n`);
if (CORES > 1) {
  pin(process.pid, 0);
  await begin();
  // The service keeps the core that it was started on; everybody else leaves it.
  for (const pid of [process.pid, ...descendants(service.pid)]) pin(pid, 1);
  await warmUp();
  await measureLogins('the service on a core of its own', ['taskset', '-c', '0']);
  await service.stop();
  execFileSync('taskset', ['-acp', `0-${CORES - 1}`, String(process.pid)]);
}
await begin();
await warmUp();
await measureLogins('all cores shared with PostgreSQL and the clients');
await measureReadsInAStorm();
await measureRefusals();
await service.stop();
await measureGuard();

async function begin() {
  service = await startService();
  authorization = `Bearer ${await logIn(service.url)}`;
  loginRequest = {
    url: `${service.url}/api/v1/auth/login`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  };
  // Of different people: attempts on one account wait for each other, as its lock must be exact.
  const people = await Promise.all(Array.from({ length: STORM_CONNECTIONS * 2 }, () => newUser()));
  loginStorm = {
    ...loginRequest,
    connections: STORM_CONNECTIONS,
    requests: people.map((identifier) => ({
      ...loginRequest,
      path: '/api/v1/auth/login',
      body: JSON.stringify({ identifier, password: PASSWORD }),
    })),
  };
  readRequest = { url: `${service.url}/api/v1/auth/me`, headers: { authorization } };
}

/** A service that has just started has not compiled what a login runs: some hundred of them have to pass first. */
async function warmUp() {
  await autocannon({ ...loginStorm, duration: 15 });
}

/** Alternates with the reference in short runs: a machine that becomes slower slows both. */
async function measureLogins(where, prefix = []) {
  const rounds = [];
  for (let round = 0; round < ROUNDS * 4; round++) {
    const [command, ...args] = [
      ...prefix,
      process.execPath,
      path.join(import.meta.dirname, 'argon2-reference.mjs'),
      '2',
    ];
    const raw = Number(execFileSync(command, args));
    const result = await autocannon({ ...loginStorm, duration: 2 });
    if (result.non2xx > 0) throw new Error(`${result.non2xx} logins were refused`);
    const logins = result['2xx'] / result.duration;
    rounds.push({ logins, raw, share: logins / raw });
  }
  const median = (of) => rounds.map(of).sort((a, b) => a - b)[rounds.length >> 1];
  const [logins, raw, share] = [median((one) => one.logins), median((one) => one.raw), median((one) => one.share)];
  console.log(
    `logins, ${where}: ${logins.toFixed(1)}/s, raw Argon2 ${raw.toFixed(1)}/s: ${(share * 100).toFixed(0)} %`,
  );
}

/** Reads come at a steady rate, so that waiting shows as latency and not as fewer reads. */
async function measureReadsInAStorm() {
  const steady = { ...readRequest, connections: 4, overallRate: 50, duration: SECONDS };
  const calm = await autocannon(steady);
  const storm = autocannon({ ...loginStorm, duration: SECONDS + 2 });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const stormy = await autocannon(steady);
  await storm;
  const shown = ({ latency }) => `P50 ${latency.p50} ms, P99 ${latency.p99} ms`;
  console.log(`reads in calm: ${shown(calm)}; while logins saturate: ${shown(stormy)}`);
}

/** Interleaved, so that each kind sees the same machine. An account is guessed at four times: the fifth would lock it. */
async function measureRefusals() {
  const guessed = [];
  for (let index = 0; index < REFUSALS / 4; index++) guessed.push(await newUser());
  const locked = await newUser();
  for (let guess = 0; guess < 5; guess++) await refuse(locked);
  const times = { unknown: [], wrong: [], locked: [] };
  for (let index = 0; index < REFUSALS; index++) {
    times.unknown.push(await refuse(`nobody-${index >> 2}-${randomBytes(4).toString('hex')}`));
    times.wrong.push(await refuse(guessed[index >> 2]));
    times.locked.push(await refuse(locked));
  }
  const medians = Object.entries(times).map(([kind, list]) => [kind, list.sort((a, b) => a - b)[list.length >> 1]]);
  const all = medians.map(([, median]) => median);
  const spread = (Math.max(...all) / Math.min(...all) - 1) * 100;
  const shown = medians.map(([kind, median]) => `${kind} ${median.toFixed(1)} ms`).join(', ');
  console.log(`refusals, median of ${REFUSALS}: ${shown}; ${spread.toFixed(0)} % apart`);
}

async function newUser() {
  const username = `guessed-${randomBytes(4).toString('hex')}`;
  const response = await fetch(`${service.url}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ username, email: `${username}@example.com`, role: 'READ_ONLY', password: PASSWORD }),
  });
  if (response.status !== 201) throw new Error(`new user: ${response.status}`);
  return username;
}

async function refuse(identifier) {
  const body = JSON.stringify({ identifier, password: 'not the password of anybody' });
  const before = performance.now();
  const response = await fetch(loginRequest.url, { ...loginRequest, body });
  await response.arrayBuffer();
  if (response.status !== 401) throw new Error(`expected a refusal, got ${response.status}`);
  return performance.now() - before;
}

/** One handler, reached by everybody and by callers. */
async function measureGuard() {
  const twoDoors = await startService({}, 'bench/api-server.mjs');
  const bare = await start('bench/bare-server.mjs');
  const headers = { authorization: `Bearer ${await logIn(twoDoors.url)}` };
  const doors = [
    { name: 'bare', server: bare, url: `${bare.url}/bare` },
    { name: 'public', server: twoDoors, url: `${twoDoors.url}/api/v1/bench/public` },
    { name: 'guarded', server: twoDoors, url: `${twoDoors.url}/api/v1/bench/guarded` },
  ];
  const cheapest = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, server, url } of doors) {
      const before = cpuMs(server.pid);
      const result = await autocannon({ url, headers, connections: STORM_CONNECTIONS, duration: SECONDS });
      if (result.non2xx > 0) throw new Error(`${name}: ${result.non2xx} answers were not 2xx`);
      const cpuUs = ((cpuMs(server.pid) - before) * 1000) / result['2xx'];
      cheapest[name] = Math.min(cheapest[name] ?? Infinity, cpuUs);
    }
  }
  await Promise.all([twoDoors.stop(), bare.stop()]);
  const shown = Object.entries(cheapest).map(([name, cpuUs]) => `${name} ${cpuUs.toFixed(0)} µs`);
  const ratio = (cheapest.guarded / cheapest.public).toFixed(2);
  console.log(`the same handler: ${shown.join(', ')}; guarded = ${ratio} × public`);
}
