import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { TransactionException } from '#platform/kernel';
import { endsConnection, isOutdatedPlan, isRetryable } from './postgres-error.js';

/** A statement that PostgreSQL parses and plans once per connection. The name must be unique in the service. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

type Row = Record<string, unknown>;

/** The driver part of TypeORM that this module relies on. */
interface PostgresDriver {
  master: Pool;
}

/**
 * An open transaction. Whatever takes part in it gets it as its first argument; there is no ambient one to forget. Statements that
 * do not need each other's answers may be started together: they run in that order and travel in one round trip.
 */
export class Transaction {
  private isClosed = false;
  private committing: Promise<QueryResult> | undefined;

  constructor(
    /** TypeORM's manager, bound to this transaction. */
    readonly manager: EntityManager,
    private readonly client: PoolClient,
  ) {}

  /** Runs SQL in this transaction; a named statement is prepared once per connection. */
  async query<R extends Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.open.query<R>(toQuery(statement, values))).rows;
  }

  /** Like `query`, for statements whose effect is the number of rows they changed. */
  async execute(statement: Statement | string, values: readonly unknown[] = []): Promise<number> {
    return (await this.open.query(toQuery(statement, values))).rowCount ?? 0;
  }

  /**
   * Sends COMMIT along with the statements that were started, which saves its round trip: for work that starts no more of them,
   * whatever these answer. Should one fail, nothing is committed.
   */
  commit(): void {
    this.committing = this.open.query('COMMIT');
    // Whoever waits for it gets its failure, unless the work failed first.
    this.committing.catch(() => undefined);
    this.isClosed = true;
  }

  /** The end of the transaction, begun now unless it was. */
  get committed(): Promise<QueryResult> {
    return this.committing ?? this.client.query('COMMIT');
  }

  /** From now on the connection is somebody else's: what still runs of the work that failed must not write to it. */
  close(): void {
    this.isClosed = true;
  }

  private get open(): PoolClient {
    if (this.isClosed) throw new TransactionException('The transaction has ended');
    return this.client;
  }
}

type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** Times a transaction is run before serialization failures and deadlocks are given up on. */
const MAX_ATTEMPTS = 5;

/** Access to PostgreSQL: transactions for writes, and single statements on the pool for reads. */
@Injectable()
export class Database {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** TypeORM's manager outside any transaction. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** Connections of the pool, for metrics. */
  get pool(): { total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pgPool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** Runs one statement on a pooled connection, outside any transaction. */
  async query<R extends Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.onPool((client) => client.query<R>(toQuery(statement, values)))).rows;
  }

  /** Like `query`, for statements whose effect is the number of rows they changed. */
  async execute(statement: Statement | string, values: readonly unknown[] = []): Promise<number> {
    return (await this.onPool((client) => client.query(toQuery(statement, values)))).rowCount ?? 0;
  }

  /**
   * Runs `work` in a transaction and commits it. After a serialization failure or a deadlock the whole of `work` runs
   * again, so it must have no effect outside the database.
   *
   * @throws TransactionException when it still fails after five attempts; whatever `work` throws otherwise
   */
  async transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    isolation: IsolationLevel = 'READ COMMITTED',
  ): Promise<T> {
    let outdated = this.pool.total;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work, isolation);
      } catch (error) {
        if (isOutdatedPlan(error) && outdated > 0) {
          // Any connection of the pool may have one: these do not count.
          outdated -= 1;
          attempt -= 1;
          continue;
        }
        if (!isRetryable(error)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new TransactionException(undefined, { cause: error, retryAfterSeconds: 1 });
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>, isolation: IsolationLevel): Promise<T> {
    const runner: QueryRunner = this.dataSource.createQueryRunner();
    const client = (await runner.connect()) as PoolClient;
    // TypeORM would wait for the answer to its own BEGIN; so it is told that there is a transaction, and does not begin another.
    (runner as { isTransactionActive: boolean }).isTransactionActive = true;
    const tx = new Transaction(runner.manager, client);
    try {
      // READ COMMITTED is what PostgreSQL starts with. Not awaited: the first statement travels along with it.
      const begun = client.query(isolation === 'READ COMMITTED' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`);
      const [result] = await Promise.all([work(tx), begun]);
      const { command } = await tx.committed;
      // PostgreSQL answers so, and not with an error, when a statement failed and `work` did not say so.
      if (command === 'ROLLBACK') throw new TransactionException('A statement of the transaction failed unnoticed');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      // The pool takes no connection back that has ended.
      if (isOutdatedPlan(error)) await client.end();
      throw error;
    } finally {
      tx.close();
      await runner.release();
    }
  }

  /**
   * `pool.query` would close the connection after any failure, a violated constraint too, and the next caller would pay for a new
   * one. A connection is given up only when the failure may be its own.
   */
  private async onPool<T>(work: (client: PoolClient) => Promise<T>, retries = this.pool.total): Promise<T> {
    try {
      return await this.onClient(work);
    } catch (error) {
      // Any connection of the pool may have an outdated plan.
      if (!isOutdatedPlan(error) || retries === 0) throw error;
      return this.onPool(work, retries - 1);
    }
  }

  private async onClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pgPool.connect();
    let broken: Error | undefined;
    // The pool listens only to idle connections, and one may be ended between its answer and its release.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      return await work(client);
    } catch (error) {
      if (endsConnection(error)) broken = error as Error;
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  private get pgPool(): Pool {
    return (this.dataSource.driver as unknown as PostgresDriver).master;
  }
}

function toQuery(statement: Statement | string, values: readonly unknown[]): QueryConfig {
  return typeof statement === 'string'
    ? { text: statement, values: [...values] }
    : { name: statement.name, text: statement.text, values: [...values] };
}
