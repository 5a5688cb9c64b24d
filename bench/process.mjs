// Starts servers for benchmarks, and reads what they cost.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '..');
export const PASSWORD = 'nine patient owls listening';

/** Kernel clock ticks a second, as /proc counts them; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** What `npm start` gives the service, and more to find out where its time goes: `BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=profiles"`. */
const NODE_FLAGS = ['--max-semi-space-size=64', ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? [])];

/** Starts a script and waits for its `Ready at <url>`. */
export async function start(script, env = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-'));
  const child = spawn(process.execPath, [...NODE_FLAGS, path.join(ROOT, script)], {
    cwd: dir,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A bench that fails leaves no service behind, which would slow the next one.
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  let output = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
      const found = /Ready at (http:\/\/[^\s,"]+)/.exec(output);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`did not start:\n${output}`)));
  });
  const end = async (signal) => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
    process.off('exit', abandon);
    rmSync(dir, { recursive: true, force: true });
  };
  return { url, pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Settings with limits out of the way and the log as in production. */
const SETTINGS = {
  ENVIRONMENT: 'development',
  PORT: '0',
  SECRET_KEY: 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K',
  RATE_LIMIT_MAX: '1000000',
  AUTH_RATE_LIMIT_MAX: '10000',
  BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
  BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
  LOG_FORMAT: 'json',
  // Set for a run, it has the service ask what every engine understands.
  DB_PORTABLE: process.env.DB_PORTABLE ?? 'false',
};

/** The built service on its embedded PostgreSQL. */
export function startService(env = {}, script = 'dist/apps/api/src/main.js') {
  return start(script, { ...SETTINGS, ...env });
}

/** Runs a script of this folder with the settings of the service; resolves to the last line it says, which is JSON. */
export async function runScript(script, args, env = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-bench-'));
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_FLAGS, path.join(ROOT, script), ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...SETTINGS, ...env },
  });
  rmSync(dir, { recursive: true, force: true });
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Keeps a process, with all its threads and what it starts from now on, on one core. */
export function pin(pid, core) {
  execFileSync('taskset', ['-acp', String(core), String(pid)]);
}

/** Processes that a process started, and those that they did. */
export function descendants(pid) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return [Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1])];
      } catch {
        return [0, 0]; // Ended meanwhile.
      }
    });
  const children = parents.filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** CPU time a process has used so far, in milliseconds. */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** The same to the nanosecond, of all its threads that are still there. */
export function preciseCpuMs(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
      .reduce((sum, used) => sum + used, 0);
  } catch {
    return 0; // Ended meanwhile.
  }
}

/** CPU that each of some processes has used, in ms; what is gone, or runs on another machine, is missing. */
export function cpuMsOf(pids) {
  const used = new Map();
  for (const pid of pids) {
    try {
      used.set(pid, cpuMs(pid));
    } catch {
      // Gone, or on another machine.
    }
  }
  return used;
}

/** CPU used between two answers of `cpuMsOf`. What a process used that ended in between is not known, and counts as nothing. */
export function cpuMsBetween(before, after) {
  let sum = 0;
  for (const [pid, used] of after) sum += used - (before.get(pid) ?? 0);
  return sum;
}

export async function logIn(url) {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: 'root', password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
  return (await response.json()).accessToken;
}
