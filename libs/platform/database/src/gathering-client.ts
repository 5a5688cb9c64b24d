import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** The part of the client that its types leave out. */
interface Connected {
  connection?: { stream?: Pick<Socket, 'cork' | 'uncork'> };
}

type QueryMethod = (this: Client, ...args: unknown[]) => unknown;

/** `pg`'s client, which writes queries that are started together at once: one system call, and one awakening of PostgreSQL. */
export class GatheringClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    // The pool stops listening when it hands a client over, and whoever gets it listens a moment later. A connection that is ended in
    // between must not end the process: the client is of no use from then on, which the next query on it says, and the pool sees.
    this.on('error', () => undefined);
  }
}

const originalQuery = Reflect.get(Client.prototype, 'query') as QueryMethod;

GatheringClient.prototype.query = function query(this: Client, ...args: unknown[]): unknown {
  const stream = (this as unknown as Connected).connection?.stream;
  stream?.cork();
  process.nextTick(() => stream?.uncork());
  return originalQuery.apply(this, args);
} as unknown as typeof GatheringClient.prototype.query;
