import { Injectable } from '@nestjs/common';
import { BooksCalendar } from '../books/calendar.js';
import { InvalidTransactionException } from '../books/fields.exceptions.js';
import { TransactionNotFoundException } from '../books/finance.exceptions.js';
import { type TransactionFilter, type TransactionPosition, TransactionRepository } from './transaction.repository.js';
import { type TransactionView, toTransactionView } from '../books/transaction-view.js';

export type { TransactionPosition } from './transaction.repository.js';

/** Which transactions a list shows; `from` and `to` are times or days. */
export type AskedTransactions = Omit<TransactionFilter, 'from' | 'to'> & {
  from?: string | undefined;
  to?: string | undefined;
};

/** A transaction and its place in the list. */
export interface ListedTransaction {
  view: TransactionView;
  position: TransactionPosition;
}

/** Reads what was recorded. */
@Injectable()
export class TransactionHistoryService {
  constructor(
    private readonly transactions: TransactionRepository,
    private readonly calendar: BooksCalendar,
  ) {}

  /** @throws TransactionNotFoundException */
  async get(id: string): Promise<TransactionView> {
    const transaction = await this.transactions.findById(id);
    if (!transaction) throw new TransactionNotFoundException();
    return toTransactionView(transaction);
  }

  /**
   * Latest recorded first; one more than `limit` when there is a next page. What is listed is effective before the end: that of a day is
   * its last millisecond.
   *
   * @throws InvalidTransactionException when the span ends before it begins
   */
  async list(
    limit: number,
    { from, to, ...filter }: AskedTransactions,
    after?: TransactionPosition,
  ): Promise<ListedTransaction[]> {
    const [begin, end] = [from, to].map((text) => (text === undefined ? undefined : this.calendar.read(text)));
    if (begin && end && begin.at > end.until) throw new InvalidTransactionException('from', 'must not be after to');
    const span = { from: begin?.at, to: end && (end.until > end.at ? new Date(end.until.getTime() + 1) : end.at) };
    const found = await this.transactions.listLatest(limit + 1, { ...filter, ...span }, after);
    return found.map(({ transaction, position }) => ({ view: toTransactionView(transaction), position }));
  }
}
