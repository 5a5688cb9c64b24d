import { Injectable } from '@nestjs/common';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import type { ClosingAccount } from '../domain/ledger-format.js';
import type { Transaction } from '../domain/transaction.js';
import { type AccountRow, accountFromRow } from './account.repository.js';
import { type TransactionRow, toTransaction } from './transaction-row.js';

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
  async accounts(tx: DatabaseTransaction): Promise<ClosingAccount[]> {
    const rows = await tx.query<AccountRow>(
      `SELECT a.*, b.net, b.held_debits, b.held_credits FROM finance_account a JOIN finance_balance b ON b.account_id = a.id
       ORDER BY a.code`,
    );
    return rows.map(accountFromRow);
  }

  /** Latest day that anything is effective, `2026-11-24`; 1970 when there is nothing. */
  async lastDay(tx: DatabaseTransaction): Promise<string> {
    const [row] = await tx.query<{ day: string }>(
      `SELECT to_char(coalesce(max(day), '1970-01-01'), 'YYYY-MM-DD') AS day FROM finance_daily`,
    );
    return row?.day ?? '1970-01-01';
  }

  /** Posted transactions, in the order of their recording. */
  async *postedTransactions(tx: DatabaseTransaction): AsyncGenerator<Transaction[]> {
    const sql = `SELECT * FROM finance_transaction WHERE state = 'posted' ORDER BY recorded_at, id`;
    for await (const rows of pages<TransactionRow>(tx, sql)) yield rows.map(toTransaction);
  }
}

/** The rows of a query, a page at a time. */
export async function* pages<R extends Record<string, unknown>>(
  tx: DatabaseTransaction,
  sql: string,
): AsyncGenerator<R[]> {
  await tx.execute(`DECLARE snapshot_page NO SCROLL CURSOR FOR ${sql}`);
  for (;;) {
    const rows = await tx.query<R>(`FETCH ${PAGE} FROM snapshot_page`);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) break;
  }
  await tx.execute('CLOSE snapshot_page');
}
