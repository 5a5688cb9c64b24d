import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Transaction } from '../domain/transaction.js';
import { type TransactionRow, toTransaction } from './transaction-row.js';

/** Which transactions a list shows. */
export interface TransactionFilter {
  type?: string | undefined;
  channel?: string | undefined;
  state?: string | undefined;
  account?: string | undefined;
  orderId?: string | undefined;
  customerId?: string | undefined;
  currency?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

/** Where a list goes on. */
export interface TransactionPosition {
  /** When it was recorded; in a list of a span of time, when it was effective. */
  at: string;
  id: string;
  /** Of the account that the list is filtered by. */
  version: string | undefined;
}

const MAX_VERSION = '9223372036854775807';

const BY_ID = { name: 'finance_transaction_by_id', text: 'SELECT * FROM finance_transaction WHERE id = $1' };

/** Questions about transactions. */
@Injectable()
export class TransactionRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Transaction | undefined> {
    const [row] = await this.database.query<TransactionRow>(BY_ID, [id]);
    return row && toTransaction(row);
  }

  /** Number of the block that a transaction is in. */
  async blockOf(id: string): Promise<number | undefined> {
    const [row] = await this.database.query<TransactionRow & { block_number: string | null }>(BY_ID, [id]);
    return row?.block_number === undefined || row.block_number === null ? undefined : Number(row.block_number);
  }

  /** Latest recorded first; of a span of time, latest effective first; of an account, in the order of its statement. */
  async listLatest(
    limit: number,
    filter: TransactionFilter,
    after?: TransactionPosition,
  ): Promise<{ transaction: Transaction; position: TransactionPosition }[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const time = (filter.from || filter.to) && filter.account === undefined ? 'effective_at' : 'recorded_at';
    // Through the account's own entries and holds, in their order: what other accounts did does not matter. Each in order by itself,
    // or PostgreSQL reads and sorts all of them for one page.
    const source =
      filter.account === undefined
        ? 'finance_transaction t'
        : `(${['finance_entry', 'finance_hold']
            .map(
              (table) =>
                `(SELECT transaction_id, version FROM ${table} WHERE account_id =
                   (SELECT id FROM finance_account WHERE code = ${bind(filter.account)}) AND version <= ${bind(after?.version ?? MAX_VERSION)}
                 ORDER BY version DESC)`,
            )
            .join(' UNION ALL ')}) m JOIN finance_transaction t ON t.id = m.transaction_id`;
    const [columns, order] =
      filter.account === undefined ? ['t.*', ''] : ['t.*, m.version AS position', 'm.version DESC, '];
    const conditions = [
      filter.type && `t.type = ${bind(filter.type)}`,
      filter.channel && `t.channel = ${bind(filter.channel)}`,
      filter.state && `t.state = ${bind(filter.state)}`,
      // The index of what is not posted is for these only.
      filter.state && filter.state !== 'posted' && `t.state <> 'posted'`,
      filter.orderId && `t.order_id = ${bind(filter.orderId)}`,
      filter.customerId && `t.customer_id = ${bind(filter.customerId)}`,
      filter.currency && `t.currency = ${bind(filter.currency)}`,
      filter.from && `t.effective_at >= ${bind(filter.from)}`,
      filter.to && `t.effective_at < ${bind(filter.to)}`,
      after && `(t.${time}, t.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`,
    ].filter((condition) => typeof condition === 'string' && condition !== '');
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = await this.database.query<TransactionRow & { position?: string }>(
      `SELECT ${columns} FROM ${source} ${where} ORDER BY ${order}t.${time} DESC, t.id DESC LIMIT ${bind(limit)}`,
      values,
    );
    return rows.map((row) => ({
      transaction: toTransaction(row),
      position: { at: row[time].toISOString(), id: row.id, version: row.position },
    }));
  }

  /** Transactions recorded since an instant. */
  async countSince(since: Date): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      'SELECT count(*) FROM finance_transaction WHERE recorded_at >= $1',
      [since],
    );
    return Number(row?.count ?? 0);
  }

  /** The latest recorded, newest first, optionally before an instant, or behind one of them. */
  async latest(limit: number, before?: Date, afterId?: string): Promise<Transaction[]> {
    const behind = `(recorded_at, id) < (SELECT coalesce(max(recorded_at), $2::timestamptz), $3::uuid FROM finance_transaction WHERE id = $3)`;
    const sql = `SELECT * FROM finance_transaction WHERE ${afterId === undefined ? 'recorded_at < $2' : behind}
      ORDER BY recorded_at DESC, id DESC LIMIT $1`;
    const values = [limit, before ?? 'infinity', ...(afterId === undefined ? [] : [afterId])];
    return (await this.database.query<TransactionRow>(sql, values)).map(toTransaction);
  }
}
