// Ends processes as a power cut does, and waits for what comes back.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unprivilegedUser } from '../dist/libs/platform/database/src/index.js';

const MAX_WAIT_MS = 60_000;

/** Waits until something is so; what it throws meanwhile is passed over. */
export async function until(what, isSo, maxWaitMs = MAX_WAIT_MS) {
  for (const deadline = Date.now() + maxWaitMs; ; await sleep(100)) {
    try {
      if (await isSo()) return;
    } catch {
      // Not yet.
    }
    if (Date.now() > deadline) throw new Error(`${what} took too long`);
  }
}

/** Kills every process of the embedded PostgreSQL in a folder, and starts it again just as it was started. */
export async function killPostgres(dir) {
  const [pid] = readFileSync(path.join(dir, 'postgres-18', 'postmaster.pid'), 'utf8').split('\n');
  const binary = readlinkSync(`/proc/${pid}/exe`);
  const options = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
  const user = unprivilegedUser([dir, path.dirname(binary)]);
  const [program, args] = user?.wrap(binary, options) ?? [binary, options];
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const one of [pid, ...children]) {
    try {
      process.kill(Number(one), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  // While a process of the old server is still ending, the new one refuses to start.
  await until('The server', async () => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore' });
    child.unref();
    return Promise.race([sleep(1_000, true), new Promise((resolve) => child.once('exit', () => resolve(false)))]);
  });
}
