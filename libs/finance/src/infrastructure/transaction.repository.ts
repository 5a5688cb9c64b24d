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
  recordedAt: string;
  id: string;
}

const BY_ID = { name: 'finance_transaction_by_id', text: 'SELECT * FROM finance_transaction WHERE id = $1' };

/** Questions about transactions. */
@Injectable()
export class TransactionRepository {
  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<Transaction | undefined> {
    const [row] = await this.database.query<TransactionRow>(BY_ID, [id]);
    return row && toTransaction(row);
  }

  /** Latest recorded first. */
  async listLatest(limit: number, filter: TransactionFilter, after?: TransactionPosition): Promise<Transaction[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const conditions = [
      filter.type && `type = ${bind(filter.type)}`,
      filter.channel && `channel = ${bind(filter.channel)}`,
      filter.state && `state = ${bind(filter.state)}`,
      filter.account && `postings @> ${bind(JSON.stringify([{ account: filter.account }]))}::jsonb`,
      filter.orderId && `order_id = ${bind(filter.orderId)}`,
      filter.customerId && `customer_id = ${bind(filter.customerId)}`,
      filter.currency && `currency = ${bind(filter.currency)}`,
      filter.from && `effective_at >= ${bind(filter.from)}`,
      filter.to && `effective_at < ${bind(filter.to)}`,
      after && `(recorded_at, id) < (${bind(after.recordedAt)}::timestamptz, ${bind(after.id)}::uuid)`,
    ].filter((condition) => typeof condition === 'string' && condition !== '');
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const sql = `SELECT * FROM finance_transaction ${where} ORDER BY recorded_at DESC, id DESC LIMIT ${bind(limit)}`;
    return (await this.database.query<TransactionRow>(sql, values)).map(toTransaction);
  }

  /** Net revenue (credits less debits of revenue accounts, less refunds) by day and currency, in UTC. */
  async revenueByDay(since: Date): Promise<{ day: string; currency: string; amount: bigint }[]> {
    const rows = await this.database.query<{ day: string; currency: string; amount: string }>(
      `SELECT to_char(e.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, a.currency, -sum(e.amount) AS amount
       FROM finance_account a JOIN finance_entry e ON e.account_id = a.id
       WHERE (a.type = 'revenue' OR a.code LIKE 'expenses:refunds:%' OR a.code LIKE 'expenses:discounts:%') AND e.effective_at >= $1
       GROUP BY 1, 2 ORDER BY 1, 2`,
      [since],
    );
    return rows.map(({ day, currency, amount }) => ({ day, currency, amount: BigInt(amount) }));
  }

  /** Transactions recorded since an instant. */
  async countSince(since: Date): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      'SELECT count(*) FROM finance_transaction WHERE recorded_at >= $1',
      [since],
    );
    return Number(row?.count ?? 0);
  }

  /** The latest recorded, newest first, optionally before an instant. */
  async latest(limit: number, before?: Date): Promise<Transaction[]> {
    const sql = 'SELECT * FROM finance_transaction WHERE recorded_at < $2 ORDER BY recorded_at DESC, id DESC LIMIT $1';
    return (await this.database.query<TransactionRow>(sql, [limit, before ?? 'infinity'])).map(toTransaction);
  }
}
