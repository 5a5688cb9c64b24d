import { Injectable } from '@nestjs/common';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { storedFrom, type TransactionRow } from '../tables/transaction-row.postgres.js';
import { type ListedRow, TransactionList } from './transaction-list.postgres.js';
import {
  type ListedTransaction,
  type TransactionFilter,
  type TransactionPosition,
  TransactionRepository,
} from './transaction.repository.js';

/** Of a customer who has more, the transactions are not all read to find those of an account or a span. */
const FEW = 1_000;

const BY_ID = { name: 'finance_transaction_by_id', text: 'SELECT * FROM finance_transaction WHERE id = $1' };

/** Bench: `a transaction by its id`, `transactions by filters that few meet`, `transactions of an account`. */
@Injectable()
export class PostgresTransactionRepository extends TransactionRepository {
  override async findById(id: string): Promise<Transaction | undefined> {
    const [row] = await this.database.query<TransactionRow>(BY_ID, [id]);
    return row && toTransaction(storedFrom(row));
  }

  override async listLatest(
    limit: number,
    filter: TransactionFilter,
    after?: TransactionPosition,
  ): Promise<ListedTransaction[]> {
    const { account, customerId, from, to } = filter;
    const isSpan = from !== undefined || to !== undefined;
    const isAmongOthers = customerId !== undefined && (account !== undefined || isSpan);
    const ofFew =
      isAmongOthers && (after && account !== undefined ? after.version === undefined : await this.hasFew(customerId));
    const { text, values } = new TransactionList(filter, limit, after).statement(ofFew);
    const rows = await this.database.query<ListedRow>(text, values);
    return rows.map((row) => ({
      transaction: toTransaction(storedFrom(row)),
      position: {
        at: (isSpan ? row.effective_at : row.recorded_at).toISOString(),
        id: row.id,
        version: row.version,
      },
    }));
  }

  private async hasFew(customerId: string): Promise<boolean> {
    const [row] = await this.database.query<{ count: string }>(
      'SELECT count(*) FROM (SELECT 1 FROM finance_transaction WHERE customer_id = $1 LIMIT $2) few',
      [customerId, FEW + 1],
    );
    return Number(row?.count ?? 0) <= FEW;
  }
}
