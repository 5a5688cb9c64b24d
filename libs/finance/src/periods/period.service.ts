import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { normalSign } from '../books/account.js';
import { BooksCalendar, type Month } from '../books/calendar.js';
import { PeriodClosedException, PeriodNotClosableException } from '../books/finance.exceptions.js';
import { formatMoney } from '../books/money.js';
import type { Manifest } from './manifest.js';
import { type Head, LedgerRepository } from '../posting/ledger.repository.js';
import { PeriodRepository } from './period.repository.js';
import { ReportRepository } from '../reports/report.repository.js';
import { inTransaction } from '../drafts/dry-run.postgres.js';
import { SealService } from '../posting/seal.service.js';

/**
 * Closes months. A close takes its turn like a posting: what was committed before it is in the manifest, and whatever comes after it and
 * is effective in the month is refused, on every replica.
 */
@Injectable()
export class PeriodService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerRepository,
    private readonly periods: PeriodRepository,
    private readonly reports: ReportRepository,
    private readonly sealing: SealService,
    private readonly calendar: BooksCalendar,
  ) {}

  /**
   * Closing a closed month again answers with the same manifest.
   *
   * @throws InvalidPeriodException, PeriodNotClosableException, PeriodClosedException
   */
  async close(name: string, isDryRun: boolean): Promise<Manifest> {
    const month = this.calendar.month(name);
    await this.sealing.prepare();
    return inTransaction(this.database, isDryRun, async (tx) => {
      const head = await this.ledger.lockHead(tx);
      const closed = await this.periods.find(tx, name);
      if (closed) return closed;
      await this.assertClosable(tx, month, head);
      const manifest = await this.manifestOf(tx, month, head);
      await this.periods.close(tx, month, manifest, head.blockNumber + 1);
      await this.sealing.seal(tx, head, [{ period: manifest }]);
      return manifest;
    });
  }

  /** Latest month first; one more than `limit` when there is a next page. */
  list(limit: number, before?: string): Promise<Manifest[]> {
    return this.periods.list(limit + 1, before);
  }

  private async assertClosable(tx: Transaction, { name, start, end }: Month, head: Head): Promise<void> {
    if (end <= head.openSince) throw new PeriodClosedException(head.openSince);
    if (head.now < end) throw new PeriodNotClosableException(`${name} is not over`);
    const open = await this.reports.firstDay(tx, this.calendar.dayOf(head.openSince), this.calendar.dayOf(start));
    if (open !== undefined) throw new PeriodNotClosableException(`Close ${open.slice(0, 7)} first`);
  }

  private async manifestOf(tx: Transaction, { name, start, end }: Month, head: Head): Promise<Manifest> {
    const [first, last] = [start, new Date(end.getTime() - 1)].map((at) => this.calendar.dayOf(at));
    const sums = await this.reports.sumsByAccount(first ?? '', last ?? '', undefined, tx);
    const currencies = [...new Set(sums.map(({ currency }) => currency))].sort();
    return {
      month: name,
      timeZone: this.calendar.zone,
      closedAt: head.now.toISOString(),
      transactionCount: await this.reports.countPosted(tx, start, end),
      totals: currencies.map((currency) => {
        const own = sums.filter((sum) => sum.currency === currency);
        const total = (side: 'debits' | 'credits'): string =>
          formatMoney(
            own.reduce((sum, account) => sum + account[side], 0n),
            currency,
          );
        return { currency, debits: total('debits'), credits: total('credits') };
      }),
      balances: sums.map(({ code, type, currency, opening, debits, credits }) => ({
        account: code,
        currency,
        closing: formatMoney((opening + debits - credits) * normalSign(type), currency),
      })),
      lastBlock: { number: head.blockNumber, hash: head.blockHash },
    };
  }
}
