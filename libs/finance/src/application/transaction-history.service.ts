import { Injectable } from '@nestjs/common';
import { TransactionNotFoundException } from '../domain/finance.exceptions.js';
import {
  type TransactionFilter,
  type TransactionPosition,
  TransactionRepository,
} from '../infrastructure/transaction.repository.js';
import { type TransactionView, toTransactionView } from './transaction-view.js';

export type { TransactionFilter, TransactionPosition } from '../infrastructure/transaction.repository.js';

/** A transaction and its place in the list. */
export interface ListedTransaction {
  view: TransactionView;
  position: TransactionPosition;
}

/** Reads what was recorded. */
@Injectable()
export class TransactionHistoryService {
  constructor(private readonly transactions: TransactionRepository) {}

  /** @throws TransactionNotFoundException */
  async get(id: string): Promise<TransactionView> {
    const transaction = await this.transactions.findById(id);
    if (!transaction) throw new TransactionNotFoundException();
    return toTransactionView(transaction);
  }

  /** Latest recorded first; one more than `limit` when there is a next page. */
  async list(limit: number, filter: TransactionFilter, after?: TransactionPosition): Promise<ListedTransaction[]> {
    const found = await this.transactions.listLatest(limit + 1, filter, after);
    return found.map(({ transaction, position }) => ({ view: toTransactionView(transaction), position }));
  }
}
