import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Transaction } from '../books/transaction.js';
import {
  type ListedRow,
  type TransactionFilter,
  TransactionList,
  type TransactionPosition,
} from './transaction-list.postgres.js';
import { type TransactionRow, toTransaction } from '../books/transaction-row.postgres.js';

/** Of a customer who has more, the transactions are not all read to find those of an account or a span. */
const FEW = 1_000;

export type { TransactionFilter, TransactionPosition } from './transaction-list.postgres.js';

const BY_ID = { name: 'finance_transaction_by_id', text: 'SELECT * FROM finance_transaction WHERE id = $1' };

/** Where counting has come to. */
export interface LastCounted {
  readonly at: Date;
  readonly block: number;
}

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
    const { account, customerId, from, to } = filter;
    const isSpan = from !== undefined || to !== undefined;
    const isAmongOthers = customerId !== undefined && (account !== undefined || isSpan);
    const ofFew =
      isAmongOthers && (after && account !== undefined ? after.version === undefined : await this.hasFew(customerId));
    const { text, values } = new TransactionList(filter, limit, after).statement(ofFew);
    const rows = await this.database.query<ListedRow>(text, values);
    return rows.map((row) => ({
      transaction: toTransaction(row),
      position: {
        at: (isSpan ? row.effective_at : row.recorded_at).toISOString(),
        id: row.id,
        version: row.version,
      },
    }));
  }

  /** Transactions recorded from an instant on in blocks behind `block`, and the last of them; times never run backwards from block to block. */
  async countBehind({ at, block }: LastCounted): Promise<{ count: number; last: LastCounted }> {
    const [row] = await this.database.query<{ count: string; at: Date | null; block: string | null }>(
      `SELECT count(*), max(recorded_at) AS at, max(block_number) AS block
       FROM finance_transaction WHERE recorded_at >= $1 AND block_number > $2`,
      [at, block],
    );
    return { count: Number(row?.count ?? 0), last: { at: row?.at ?? at, block: Number(row?.block ?? block) } };
  }

  /** The latest recorded, newest first, optionally before an instant, or behind one of them. */
  async latest(limit: number, before?: Date, afterId?: string): Promise<Transaction[]> {
    const behind = `(recorded_at, id) < (SELECT coalesce(max(recorded_at), $2::timestamptz), $3::uuid FROM finance_transaction WHERE id = $3)`;
    const sql = `SELECT * FROM finance_transaction WHERE ${afterId === undefined ? 'recorded_at < $2' : behind}
      ORDER BY recorded_at DESC, id DESC LIMIT $1`;
    const values = [limit, before ?? 'infinity', ...(afterId === undefined ? [] : [afterId])];
    return (await this.database.query<TransactionRow>(sql, values)).map(toTransaction);
  }

  private async hasFew(customerId: string): Promise<boolean> {
    const [row] = await this.database.query<{ count: string }>(
      'SELECT count(*) FROM (SELECT 1 FROM finance_transaction WHERE customer_id = $1 LIMIT $2) few',
      [customerId, FEW + 1],
    );
    return Number(row?.count ?? 0) <= FEW;
  }
}
