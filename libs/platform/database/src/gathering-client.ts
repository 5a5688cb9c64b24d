import type { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryResult } from 'pg';
import { isOutdatedPlan } from './postgres-error.js';
import { PreparedNames } from './prepared-names.js';

/** The part of the client that its types leave out. */
interface Connected {
  connection?: { stream?: Pick<Socket, 'cork' | 'uncork'> };
}

type QueryMethod = (this: Client, ...args: unknown[]) => unknown;

const names = new PreparedNames();

/**
 * `pg`'s client, which writes queries that are started together at once: one system call, and one awakening of PostgreSQL. Statements that
 * come as a text with values, which is how TypeORM's come, are prepared.
 */
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
  const [text, values, callback] = args;
  if (typeof text !== 'string' || !Array.isArray(values) || callback !== undefined)
    return originalQuery.apply(this, args);
  const name = names.nameOf(text, values);
  return name === undefined ? originalQuery.apply(this, args) : prepared(this, { name, text, values });
} as unknown as typeof GatheringClient.prototype.query;

async function prepared(
  client: Client,
  statement: { name: string; text: string; values: unknown[] },
): Promise<QueryResult> {
  try {
    return (await originalQuery.call(client, statement)) as QueryResult;
  } catch (error) {
    if (!isOutdatedPlan(error)) throw error;
    names.renew();
    const { text, values } = statement;
    const again = originalQuery.call(client, text, values) as Promise<QueryResult>;
    return again.catch(() => {
      // In a transaction nothing runs after a failure: its owner does the whole of it again.
      throw error;
    });
  }
}
