import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type {
  EntityManager,
  EntityTarget,
  FindOptionsWhere,
  ObjectLiteral,
  Repository,
  SelectQueryBuilder,
} from 'typeorm';
import { TransactionException } from '#platform/kernel';
import { POSTGRES_DIALECT } from './dialect.js';
import { hydrate } from './hydrate.js';
import { insertMany, type NewRow, type OnConflict } from './insert-many.js';
import { lockNamed, type LockName, tryLockNamed } from './named-locks.js';
import { permit, type Permission } from './permissions.js';
import { isAfterFailure } from './postgres-error.js';

/** A statement that PostgreSQL parses and plans once per connection. The name must be unique in the service. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Asks for the present moment, as `now`. */
export const NOW: Statement = { name: 'now', text: `SELECT ${POSTGRES_DIALECT.now} AS now` };

type Where<T> = FindOptionsWhere<T> | FindOptionsWhere<T>[];

export type Row = Record<string, unknown>;

/**
 * An open transaction. Whatever takes part in it gets it as its first argument; there is no ambient one to forget. Statements that
 * do not need each other's answers may be started together: they run in that order and travel in one round trip.
 */
export class Transaction {
  private isClosed = false;
  private committing: Promise<QueryResult> | undefined;
  private firstFailure: unknown;

  constructor(
    /** TypeORM's manager, bound to this transaction. */
    readonly manager: EntityManager,
    private readonly client: PoolClient,
  ) {}

  /** TypeORM's repository of an entity, in this transaction. */
  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.manager.getRepository(entity);
  }

  /** When the transaction began, by the database's clock, in whole milliseconds. */
  async now(): Promise<Date> {
    const [row] = await this.query<{ now: Date }>(NOW);
    return row!.now;
  }

  /** Inserts many rows at once; see `insertMany`. */
  insertMany<T extends ObjectLiteral>(
    entity: EntityTarget<T>,
    rows: readonly NewRow<T>[],
    onConflict?: OnConflict<T>,
  ): Promise<number> {
    return insertMany(this.manager.dataSource, (text, values) => this.execute(text, values), entity, rows, onConflict);
  }

  /**
   * The row that there is, which nobody else changes until the transaction ends.
   *
   * @param strength `alone`: rows that refer to it may still be inserted meanwhile; `with its references`: not even those, for a row whose
   *   keys change or that goes
   */
  lockOne<T extends ObjectLiteral>(
    entity: EntityTarget<T>,
    where: Where<T>,
    strength: 'alone' | 'with its references' = 'alone',
  ): Promise<T | null> {
    const mode = strength === 'alone' ? 'for_no_key_update' : 'pessimistic_write';
    return this.repository(entity).findOne({ where, lock: { mode } });
  }

  /** Like `lockOne`, but others may hold it too: nobody changes it until all of them have ended. */
  holdOne<T extends ObjectLiteral>(entity: EntityTarget<T>, where: Where<T>): Promise<T | null> {
    return this.repository(entity).findOne({ where, lock: { mode: 'pessimistic_read' } });
  }

  /**
   * The rows that a builder finds, locked like that of `lockOne`: only those of its own entity, not of what it joins.
   *
   * @param skipLocked leaves out what somebody else has locked instead of waiting for it: for work that many take from
   */
  lockMany<T extends ObjectLiteral>(builder: SelectQueryBuilder<T>, skipLocked = false): Promise<T[]> {
    builder.setLock('for_no_key_update', undefined, [builder.alias]);
    return (skipLocked ? builder.setOnLocked('skip_locked') : builder).getMany();
  }

  /** Like `lockMany`, but others may hold the rows too. */
  holdMany<T extends ObjectLiteral>(builder: SelectQueryBuilder<T>): Promise<T[]> {
    return builder.setLock('pessimistic_read', undefined, [builder.alias]).getMany();
  }

  /** Waits until nobody else holds the lock of this name (and part, where there are many of it), and holds it until the end. */
  async lock(name: LockName, part?: string): Promise<void> {
    await this.query(...lockNamed(name, part));
  }

  /** Like `lock`, but does not wait: false when somebody holds it. */
  async tryLock(name: LockName, part?: string): Promise<boolean> {
    const [row] = await this.query<{ is_free: boolean }>(...tryLockNamed(name, part));
    return row?.is_free === true;
  }

  /** Says to the triggers of the database that this transaction may do what they refuse otherwise. */
  async permit(what: Permission): Promise<void> {
    await this.query(permit(what));
  }

  /** Runs work whose failure undoes only itself: the transaction can go on after it. */
  async savepoint<T>(work: () => Promise<T>): Promise<T> {
    this.send('SAVEPOINT part');
    try {
      return await work();
    } catch (error) {
      this.send('ROLLBACK TO SAVEPOINT part');
      this.firstFailure = undefined;
      throw error;
    } finally {
      this.send('RELEASE SAVEPOINT part');
    }
  }

  /** Runs SQL in this transaction; a named statement is prepared once per connection. */
  async query<R extends Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.watch(this.open.query<R>(toQuery(statement, values)))).rows;
  }

  /** Like `query`, of rows of one table: gives its entities. */
  async queryEntities<T extends ObjectLiteral>(
    entity: EntityTarget<T>,
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<T[]> {
    return hydrate(this.manager.dataSource, entity, await this.query(statement, values));
  }

  /** Like `query`, for statements whose effect is the number of rows they changed. */
  async execute(statement: Statement | string, values: readonly unknown[] = []): Promise<number> {
    return (await this.watch(this.open.query(toQuery(statement, values)))).rowCount ?? 0;
  }

  /**
   * Sends COMMIT along with the statements that were started by `query`, `execute` and `insertMany`, which saves its round trip: for work
   * that starts no more of them, whatever these answer. Those of TypeORM's repositories start later than they are asked for: await them
   * before. Should one fail, nothing is committed.
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

  /** Remembers the failure of a statement, for `reasonOf`. */
  async watch<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!isAfterFailure(error)) this.firstFailure ??= error;
      throw error;
    }
  }

  /**
   * Why the transaction failed. Of statements that were started together, one that PostgreSQL refused because an earlier one had failed
   * may be heard of first; the earlier one's failure tells whether trying again helps.
   */
  reasonOf(error: unknown): unknown {
    return isAfterFailure(error) ? (this.firstFailure ?? error) : error;
  }

  /** @throws TransactionException when the transaction has ended, or its end is under way */
  demandOpen(): void {
    if (this.isClosed) throw new TransactionException('The transaction has ended');
  }

  /** From now on the connection is somebody else's: what still runs of the work that failed must not write to it. */
  close(): void {
    this.isClosed = true;
  }

  /** Not waited for: it travels with the statement after it, which fails too if this does. */
  private send(command: string): void {
    this.query(command).catch(() => undefined);
  }

  private get open(): PoolClient {
    this.demandOpen();
    return this.client;
  }
}

export function toQuery(statement: Statement | string, values: readonly unknown[]): QueryConfig {
  return typeof statement === 'string'
    ? { text: statement, values: [...values] }
    : { name: statement.name, text: statement.text, values: [...values] };
}
