import type { Socket } from 'node:net';
import { Client } from 'pg';

/** The part of the client that its types leave out. */
interface Connected {
  connection?: { stream?: Pick<Socket, 'cork' | 'destroy' | 'uncork'> };
}

type QueryMethod = (this: Client, ...args: unknown[]) => unknown;

/**
 * `pg`'s client with two repairs.
 *
 * After a read timeout (a database that stopped answering without closing the connection) the socket is destroyed. Otherwise the
 * client goes back to the pool with an answer still owed, and every later query on it times out too: the pool never recovers.
 *
 * Queries that are started together are written together: one system call, and one awakening of PostgreSQL, instead of one each.
 */
export class SafeClient extends Client {}

const originalQuery = Reflect.get(Client.prototype, 'query') as QueryMethod;

SafeClient.prototype.query = function query(this: Client, ...args: unknown[]): unknown {
  const stream = (this as unknown as Connected).connection?.stream;
  stream?.cork();
  process.nextTick(() => stream?.uncork());
  const result = originalQuery.apply(this, args);
  if (result instanceof Promise) {
    result.catch((error: unknown) => {
      if (error instanceof Error && error.message === 'Query read timeout') stream?.destroy();
    });
  }
  return result;
} as unknown as typeof SafeClient.prototype.query;
