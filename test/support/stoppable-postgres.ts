import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EmbeddedPostgres } from '#platform/database';

/** A PostgreSQL of a test's own that can be stopped and started under one address. */
export interface StoppablePostgres {
  readonly url: string;
  /** Stops the server; connections to the address are refused from then on. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The server goes silent, as under SIGSTOP: it takes connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  dispose(): Promise<void>;
}

/** The server takes a free port at each start, so a door of ours with a fixed port stands before it. */
export async function startStoppablePostgres(): Promise<StoppablePostgres> {
  const dir = await mkdtemp(path.join(tmpdir(), 'devskyy-stoppable-'));
  await chmod(dir, 0o755);
  const door = new Door();
  const launch = async (): Promise<string> => {
    const { url } = await EmbeddedPostgres.start(dir, { fsync: 'off', shared_buffers: '16MB' });
    await door.open(Number(new URL(url).port));
    return url;
  };
  const url = new URL(await launch());
  url.port = String(door.port);
  const stop = async (): Promise<void> => {
    const lock = path.join(dir, 'postgres-18', 'postmaster.pid');
    const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
    // SIGINT: connections are cut, as at the restart of a managed server.
    if (pid > 0) process.kill(pid, 'SIGINT');
    while (await readFile(lock).catch(() => undefined)) await new Promise((resolve) => setTimeout(resolve, 20));
    await door.close();
  };
  return {
    url: url.toString(),
    stop,
    start: async () => void (await launch()),
    freeze: () => door.freeze(),
    thaw: () => door.thaw(),
    dispose: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

class Door {
  port = 0;
  private server: Server | undefined;
  private readonly sockets = new Map<Socket, Socket>();
  private isFrozen = false;

  async open(target: number): Promise<void> {
    const server = createServer((inner) => {
      const outer = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        this.sockets.set(from, to);
        if (!this.isFrozen) from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          to.destroy();
          this.sockets.delete(from);
        });
      }
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  freeze(): void {
    this.isFrozen = true;
    for (const [from, to] of this.sockets) from.unpipe(to).pause();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const [from, to] of this.sockets) from.pipe(to);
  }

  async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }
}
