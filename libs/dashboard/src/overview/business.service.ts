import { Injectable } from '@nestjs/common';
import { ErrorReadService } from '#errors';
import { type DailyRevenue, FinanceReadService, type Revenue } from '#finance';

/** Days of revenue that are shown. */
const REVENUE_DAYS = 30;

/** How the money goes. */
export interface FinanceOverview {
  revenueToday: Revenue[];
  revenueByDay: DailyRevenue[];
  transactionsToday: number;
}

/** What is broken. */
export interface ErrorOverview {
  openGroups: number;
  newToday: number;
  regressed: number;
}

/** Reads the ledgers of money and of errors for the overview. */
@Injectable()
export class BusinessService {
  constructor(
    private readonly ledger: FinanceReadService,
    private readonly errorLedger: ErrorReadService,
  ) {}

  async finance(): Promise<FinanceOverview> {
    const [revenueToday, revenueByDay, transactionsToday] = await Promise.all([
      this.ledger.revenueToday(),
      this.ledger.revenueByDay(REVENUE_DAYS),
      this.ledger.transactionsToday(),
    ]);
    return { revenueToday, revenueByDay, transactionsToday };
  }

  async errors(): Promise<ErrorOverview> {
    const [openGroups, newToday, regressed] = await Promise.all([
      this.errorLedger.openGroups(),
      this.errorLedger.newToday(),
      this.errorLedger.regressed(),
    ]);
    return { openGroups, newToday, regressed };
  }
}
