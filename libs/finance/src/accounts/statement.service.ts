import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { type AskedDays, dayRange } from '../books/day-range.js';
import { AccountNotFoundException } from '../books/account.exceptions.js';
import { AccountRepository, type AccountWithNet, type Entry } from './account.repository.js';
import { type StatementPlace, StatementRepository } from './statement.repository.js';

export type { StatementPlace } from './statement.repository.js';

/** Whether a statement goes by when things happened, or by when the ledger learned of them. */
export type Basis = 'effective' | 'recorded';

export interface StatementRequest extends AskedDays {
  basis: Basis;
  limit: number;
  after?: StatementPlace | undefined;
}

/** What an account did on some days. Debits less credits, in minor units. */
export interface Statement {
  account: AccountWithNet;
  basis: Basis;
  from: string;
  to: string;
  /** Before the first day, and at the end of the last. */
  opening: bigint;
  closing: bigint;
  /** Earliest first, with the balance after each in this order; one more than the limit when there is a next page. */
  entries: Entry[];
}

/** Statements of accounts by days. Their balances cost about the same whatever is stored. */
@Injectable()
export class StatementService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly statements: StatementRepository,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** @throws AccountNotFoundException, InvalidTransactionException */
  async statement(code: string, { basis, limit, after, ...asked }: StatementRequest): Promise<Statement> {
    const days = dayRange(asked, this.calendar, this.clock.now());
    const account = await this.accounts.findByCode(code);
    if (!account) throw new AccountNotFoundException();
    const span = { from: this.calendar.startOf(days.from), to: this.calendar.endOf(days.to) };
    const read =
      basis === 'effective'
        ? this.statements.byEffect(account.id, days, span, limit + 1, after)
        : this.statements.byRecord(account.id, span, limit + 1, after);
    return { account, basis, ...days, ...(await read) };
  }
}
