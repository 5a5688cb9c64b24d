import { Inject, Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  type Repository,
} from 'typeorm';
import { DatabaseConfig } from '#config';
import { TransactionException } from '#platform/kernel';
import { type Dialect, POSTGRES_DIALECT } from './dialect.js';
import { hydrate } from './hydrate.js';
import { insertMany, type NewRow, type OnConflict } from './insert-many.js';
import { endsConnection, isOutdatedPlan, isRetryable } from './postgres-error.js';
import { NOW, type Row, type Statement, toQuery, Transaction } from './transaction.js';

/** The driver part of TypeORM that this module relies on. */
interface PostgresDriver {
  master: Pool;
}

type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** Times a transaction is run before serialization failures and deadlocks are given up on. */
const MAX_ATTEMPTS = 5;

/** Access to PostgreSQL: transactions for writes, and single statements on the pool for reads. */
@Injectable()
export class Database {
  /** Whether repositories ask only what every engine understands; see `provideByEngine`. */
  readonly isPortable: boolean;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    config: DatabaseConfig,
  ) {
    this.isPortable = config.portable;
  }

  /** Expressions for query builders. */
  readonly dialect: Dialect = POSTGRES_DIALECT;

  /** TypeORM's repository of an entity, outside any transaction. */
  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.dataSource.getRepository(entity);
  }

  /** Inserts many rows at once, outside any transaction; see `insertMany`. */
  insertMany<T extends ObjectLiteral>(
    entity: EntityTarget<T>,
    rows: readonly NewRow<T>[],
    onConflict?: OnConflict<T>,
  ): Promise<number> {
    const execute = async (text: string, values: readonly unknown[]): Promise<number> =>
      (await this.onPool((client) => client.query(text, [...values]))).rowCount ?? 0;
    return insertMany(this.dataSource, execute, entity, rows, onConflict);
  }

  /** Runs reads that all see the database as of one moment. */
  snapshot<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transaction(work, 'REPEATABLE READ');
  }

  /** The present moment of the database's clock, in whole milliseconds. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: Date }>(NOW);
    return row!.now;
  }

  /** TypeORM's manager outside any transaction. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** Connections of the pool, for metrics. */
  get pool(): { total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.pgPool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** Asks for an answer, and nothing else. */
  async ping(): Promise<void> {
    await this.query({ name: 'ping', text: 'SELECT 1' });
  }

  /** Runs one statement on a pooled connection, outside any transaction. */
  async query<R extends Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.onPool((client) => client.query<R>(toQuery(statement, values)))).rows;
  }

  /** Like `query`, of rows of one table: gives its entities. */
  async queryEntities<T extends ObjectLiteral>(
    entity: EntityTarget<T>,
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<T[]> {
    return hydrate(this.dataSource, entity, await this.query(statement, values));
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
    // TypeORM sends a statement some moments after it was asked to: after a COMMIT that was sent ahead it would be a transaction of its own.
    const send = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    runner.query = ((...args: unknown[]) => {
      tx.demandOpen();
      return tx.watch(send(...args));
    }) as typeof runner.query;
    try {
      // READ COMMITTED is what PostgreSQL starts with. Not awaited: the first statement travels along with it.
      const begun = client.query(isolation === 'READ COMMITTED' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`);
      const [result] = await Promise.all([work(tx), begun]);
      const { command } = await tx.committed;
      // PostgreSQL answers so, and not with an error, when a statement failed and `work` did not say so.
      if (command === 'ROLLBACK') throw new TransactionException('A statement of the transaction failed unnoticed');
      return result;
    } catch (error) {
      // The answer to it comes after those to all that was started.
      await client.query('ROLLBACK').catch(() => undefined);
      const reason = tx.reasonOf(error);
      // The pool takes no connection back that has ended.
      if (isOutdatedPlan(reason)) await client.end();
      throw reason;
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
