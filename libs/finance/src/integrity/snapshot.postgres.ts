import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { storedFrom, type TransactionRow } from '../tables/transaction-row.postgres.js';
import { type EffectiveSpan, PAGE, SnapshotRepository } from './snapshot.repository.js';

/** A cursor finds and sorts them once, whatever their number. Bench: `export of days`. */
@Injectable()
export class PostgresSnapshotRepository extends SnapshotRepository {
  override async *postedTransactions(tx: DatabaseTransaction, span?: EffectiveSpan): AsyncGenerator<Transaction[]> {
    const effective = span ? 'AND effective_at >= $1 AND effective_at < $2' : '';
    const sql = `SELECT * FROM finance_transaction WHERE state = 'posted' ${effective} ORDER BY recorded_at, id`;
    await tx.execute(`DECLARE snapshot_page NO SCROLL CURSOR FOR ${sql}`, span ? [span.from, span.to] : []);
    for (;;) {
      const page = await tx.query<TransactionRow>(`FETCH ${PAGE} FROM snapshot_page`);
      if (page.length > 0) yield page.map((row) => toTransaction(storedFrom(row)));
      if (page.length < PAGE) break;
    }
    await tx.execute('CLOSE snapshot_page');
  }
}
