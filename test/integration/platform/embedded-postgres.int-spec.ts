import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#platform/database';

/** Durability is not what is tested here. */
const FAST = { fsync: 'off' };

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0];
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  let dir: string;
  beforeEach(async () => {
    // A private folder, as `mktemp -d` makes it: under root the server must reach its files all the same.
    dir = await mkdtemp(path.join(tmpdir(), 'devskyy-embedded-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const lockFile = () => path.join(dir, 'postgres-18', 'postmaster.pid');
  const pidOf = async (): Promise<number> => Number((await readFile(lockFile(), 'utf8')).split('\n')[0]);

  it('keeps its data, adopts a server that outlived its service, and starts again after kill -9', async () => {
    const first = await EmbeddedPostgres.start(dir, FAST);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = await pidOf();

    const adopted = await EmbeddedPostgres.start(dir, FAST);
    expect(await pidOf()).toBe(pid);
    expect(adopted.url).toBe(first.url);

    process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const restarted = await EmbeddedPostgres.start(dir, FAST);
    expect(await ask(restarted.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await restarted.stop();
    await expect(ask(restarted.url, 'SELECT 1')).rejects.toThrow();
  });

  it('takes another port when its own is busy', async () => {
    const busy: Server = createServer().listen(54_329, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve).once('error', resolve));
    try {
      const server = await EmbeddedPostgres.start(dir, FAST);
      expect(new URL(server.url).port).not.toBe('54329');
      await server.stop();
    } finally {
      busy.close();
    }
  });

  it('clears a lock that a dead server left, even when its number belongs to somebody else now', async () => {
    const server = await EmbeddedPostgres.start(dir, FAST);
    const lock = await readFile(lockFile(), 'utf8');
    await server.stop();
    await writeFile(lockFile(), lock.replace(/^\d+/, String(process.pid)));
    const again = await EmbeddedPostgres.start(dir, FAST);
    expect(await ask(again.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await again.stop();
  });

  it('is started once when two processes ask at the same time', async () => {
    const [a, b] = await Promise.all([EmbeddedPostgres.start(dir, FAST), EmbeddedPostgres.start(dir, FAST)]);
    expect(a?.url).toBe(b?.url);
    await a?.stop();
  });

  it('goes on while somebody else uses it', async () => {
    const server = await EmbeddedPostgres.start(dir, FAST);
    const other = new Client({ connectionString: server.url });
    await other.connect();
    await server.stop();
    expect((await other.query('SELECT 1')).rowCount).toBe(1);
    await other.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.stop();
    await expect(ask(server.url, 'SELECT 1')).rejects.toThrow();
  });
});
