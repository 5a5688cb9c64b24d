import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { toTransaction } from '../books/stored-transaction.js';
import type { Transaction } from '../books/transaction.js';
import { TransactionEntity } from '../tables/transaction.entity.js';
import { type EffectiveSpan, PAGE, SnapshotRepository } from './snapshot.repository.js';

/** A cursor finds and sorts them once, whatever their number. Bench: `export of days`. */
@Injectable()
export class PostgresSnapshotRepository extends SnapshotRepository {
  override async *postedTransactions(tx: DatabaseTransaction, span?: EffectiveSpan): AsyncGenerator<Transaction[]> {
    const effective = span ? 'AND effective_at >= $1 AND effective_at < $2' : '';
    const sql = `SELECT * FROM finance_transaction WHERE state = 'posted' ${effective} ORDER BY recorded_at, id`;
    await tx.execute(`DECLARE snapshot_page NO SCROLL CURSOR FOR ${sql}`, span ? [span.from, span.to] : []);
    for (;;) {
      const page = await tx.queryEntities(TransactionEntity, `FETCH ${PAGE} FROM snapshot_page`);
      if (page.length > 0) yield page.map(toTransaction);
      if (page.length < PAGE) break;
    }
    await tx.execute('CLOSE snapshot_page');
  }
}
