import { Client } from 'pg';

interface Destroyable {
  connection?: { stream?: { destroy: () => void } };
}

type QueryMethod = (this: Client, ...args: unknown[]) => unknown;

/**
 * `pg`'s client with one repair: after a read timeout (a database that stopped answering without closing the connection)
 * the socket is destroyed. Otherwise the client goes back to the pool with an answer still owed, and every later
 * query on it times out too: the pool never recovers.
 */
export class SafeClient extends Client {}

const originalQuery = Reflect.get(Client.prototype, 'query') as QueryMethod;

SafeClient.prototype.query = function query(this: Client, ...args: unknown[]): unknown {
  const result = originalQuery.apply(this, args);
  if (result instanceof Promise) {
    result.catch((error: unknown) => {
      if (error instanceof Error && error.message === 'Query read timeout') {
        (this as unknown as Destroyable).connection?.stream?.destroy();
      }
    });
  }
  return result;
} as unknown as typeof SafeClient.prototype.query;
