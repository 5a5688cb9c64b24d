import { Injectable } from '@nestjs/common';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import type { Transaction } from '../books/transaction.js';
import { type AccountRow, accountFromRow, ACCOUNTS_NOW, type AccountWithNet } from '../accounts/account.repository.js';
import { type TransactionRow, toTransaction } from '../books/transaction-row.postgres.js';

/** Rows that are in memory at a time. */
const PAGE = 1_000;

/** Reads the whole ledger as it was at one moment, whatever is posted meanwhile. */
@Injectable()
export class SnapshotRepository {
  constructor(private readonly database: Database) {}

  /** Everything `work` reads through its transaction is of one moment. */
  read<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work, 'REPEATABLE READ');
  }

  /** By code. */
  async accounts(tx: DatabaseTransaction): Promise<AccountWithNet[]> {
    const rows = await tx.query<AccountRow>(`${ACCOUNTS_NOW} ORDER BY a.code`);
    return rows.map(accountFromRow);
  }

  /** Latest day that anything is effective, `2026-11-24`; 1970 when there is nothing. */
  async lastDay(tx: DatabaseTransaction): Promise<string> {
    const [row] = await tx.query<{ day: string }>(
      `SELECT to_char(coalesce(max(day), '1970-01-01'), 'YYYY-MM-DD') AS day FROM finance_daily`,
    );
    return row?.day ?? '1970-01-01';
  }

  /** Posted transactions, in the order of their recording; those that are effective in a span of time, its end excluded, if one is given. */
  async *postedTransactions(tx: DatabaseTransaction, span?: { from: Date; to: Date }): AsyncGenerator<Transaction[]> {
    const effective = span ? 'AND effective_at >= $1 AND effective_at < $2' : '';
    const sql = `SELECT * FROM finance_transaction WHERE state = 'posted' ${effective} ORDER BY recorded_at, id`;
    const values = span ? [span.from, span.to] : [];
    for await (const rows of pages<TransactionRow>(tx, sql, values)) yield rows.map(toTransaction);
  }
}

/** The rows of a query, a page at a time. */
export async function* pages<R extends Record<string, unknown>>(
  tx: DatabaseTransaction,
  sql: string,
  values: readonly unknown[] = [],
): AsyncGenerator<R[]> {
  await tx.execute(`DECLARE snapshot_page NO SCROLL CURSOR FOR ${sql}`, values);
  for (;;) {
    const rows = await tx.query<R>(`FETCH ${PAGE} FROM snapshot_page`);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) break;
  }
  await tx.execute('CLOSE snapshot_page');
}
