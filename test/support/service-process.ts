import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase } from './test-database.js';

const ROOT = path.resolve(__dirname, '../..');

/** The built service as a process of its own, as users run it. */
export interface ServiceProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Its working directory. */
  readonly dir: string;
  /** Everything it wrote to its terminal. */
  output(): string;
  /** Resolves with the exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Kills it if it still runs and removes what it left. */
  dispose(): Promise<void>;
}

export interface ServiceOptions {
  app?: 'api' | 'worker';
  env?: Record<string, string>;
  /** Its own database unless one is given. */
  databaseUrl?: string;
}

/** Starts the built service and waits until it says that it is ready. */
export async function startService(options: ServiceOptions = {}): Promise<ServiceProcess> {
  const entry = path.join(ROOT, 'dist', 'apps', options.app ?? 'api', 'src', 'main.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: build first`);
  const dir = await mkdtemp(path.join(tmpdir(), 'devskyy-service-'));
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const child = spawn(process.execPath, [entry], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'] ?? '',
      ENVIRONMENT: 'testing',
      SECRET_KEY: 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K',
      DATABASE_URL: options.databaseUrl ?? database?.url ?? '',
      PORT: '0',
      LOG_ENABLE_FILE: 'false',
      DB_PORTABLE: process.env['DB_PORTABLE'] ?? 'false',
      ARGON2_MEMORY_KIB: '7168',
      ARGON2_PASSES: '1',
      BOOTSTRAP_ADMIN_EMAIL: 'root@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: BOOTSTRAP_PASSWORD,
      ...options.env,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? -1)),
  );
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await database?.drop();
    await rm(dir, { recursive: true, force: true });
  };
  const url = await readyUrl(() => output, ended);
  if (url === undefined) {
    await dispose();
    throw new Error(`The service did not start:\n${output}`);
  }
  return { url, child, dir, ended, output: () => output, dispose };
}

/** Password of `root`, the SUPER_ADMIN that a started service makes. */
export const BOOTSTRAP_PASSWORD = 'nine patient owls listening';

async function readyUrl(output: () => string, ended: Promise<unknown>): Promise<string | undefined> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (const deadline = Date.now() + 60_000; Date.now() < deadline && !isOver;) {
    const url = /[Rr]eady at (http:\/\/[^\s,"]+)/.exec(output())?.[1];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}
