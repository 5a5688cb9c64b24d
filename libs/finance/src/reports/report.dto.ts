import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { ACCOUNT_TYPES, type AccountType } from '../books/account.js';
import { IsDay } from '../books/day.validator.js';

/** Which days, and which currency. */
export class ReportQueryDto {
  /** A month; the current one when nothing is said. */
  @ApiPropertyOptional({ example: '2026-11' })
  @IsOptional()
  @Matches(/^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/, { message: 'period must be a month such as 2026-11' })
  period?: string;

  @IsDay({ description: 'First day, in the zone of the books.' })
  from?: string;

  @IsDay({ description: 'Last day, in the zone of the books.' })
  to?: string;

  @ApiPropertyOptional({ example: 'USD' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency?: string;
}

/** Debits and credits of one currency. */
export class CurrencyTotalsDto {
  /** @example USD */
  currency!: string;
  /** @example "1500.00" */
  debits!: string;
  /** @example "1500.00" */
  credits!: string;
}

/** What an account's balance did. Opening and closing in the account's normal sign. */
export class TrialBalanceLineDto {
  /** @example assets:clearing:card:USD */
  account!: string;
  /** @example Clearing (card) USD */
  name!: string;
  @ApiProperty({ enum: ACCOUNT_TYPES, example: 'asset' })
  type!: AccountType;
  /** @example USD */
  currency!: string;
  /** @example "1000.00" */
  opening!: string;
  /** @example "500.00" */
  debits!: string;
  /** @example "0.00" */
  credits!: string;
  /** @example "1500.00" */
  closing!: string;
}

/** Every account that anything was posted to. */
export class TrialBalanceDto {
  /** @example 2026-11-01 */
  from!: string;
  /** @example 2026-11-30 */
  to!: string;
  accounts!: TrialBalanceLineDto[];
  totals!: CurrencyTotalsDto[];
}

/** One account of a report. */
export class ReportLineDto {
  /** @example revenue:sales:USD */
  account!: string;
  /** @example Sales USD */
  name!: string;
  /** @example "1500.00" */
  amount!: string;
}

/** Income of one currency. */
export class IncomeDto {
  /** @example USD */
  currency!: string;
  revenue!: ReportLineDto[];
  totalRevenue!: string;
  expenses!: ReportLineDto[];
  totalExpenses!: string;
  /** @example "1200.00" */
  netIncome!: string;
}

/** Revenue and expenses. */
export class IncomeStatementDto {
  /** @example 2026-11-01 */
  from!: string;
  /** @example 2026-11-30 */
  to!: string;
  currencies!: IncomeDto[];
}

/** What is owned and owed in one currency. */
export class BalanceSheetCurrencyDto {
  /** @example USD */
  currency!: string;
  assets!: ReportLineDto[];
  totalAssets!: string;
  liabilities!: ReportLineDto[];
  totalLiabilities!: string;
  equity!: ReportLineDto[];
  /** Revenue less expenses of all time. */
  retainedEarnings!: string;
  /** Retained earnings included. */
  totalEquity!: string;
}

/** Assets, liabilities and equity at the end of a day. */
export class BalanceSheetDto {
  /** @example 2026-11-30 */
  at!: string;
  currencies!: BalanceSheetCurrencyDto[];
}

/** Revenue of one channel. */
export class ChannelRevenueDto {
  @ApiProperty({ type: String, nullable: true, example: 'online_store' })
  channel!: string | null;
  /** @example USD */
  currency!: string;
  /** @example "1500.00" */
  amount!: string;
}

/** Revenue of one day. */
export class DayRevenueDto {
  /** @example 2026-11-24 */
  day!: string;
  /** @example USD */
  currency!: string;
  /** @example "150.00" */
  amount!: string;
}

/** Revenue net of refunds and discounts. */
export class RevenueReportDto {
  /** @example 2026-11-01 */
  from!: string;
  /** @example 2026-11-30 */
  to!: string;
  byChannel!: ChannelRevenueDto[];
  byDay!: DayRevenueDto[];
}

/** A balance when its month was closed. */
export class ClosingBalanceDto {
  /** @example assets:clearing:card:USD */
  account!: string;
  /** @example USD */
  currency!: string;
  /** @example "1500.00" */
  closing!: string;
}

/** The latest block when a month was closed. */
export class LastBlockDto {
  /** @example 4711 */
  number!: number;
  hash!: string;
}

/** What a month came to when it was closed; sealed in the block after `lastBlock`. */
export class ManifestDto {
  /** @example 2026-10 */
  month!: string;
  /**
   * Zone in which it begins and ends; UTC when there is none.
   * @example Europe/Berlin
   */
  timeZone?: string;
  /** @example 2026-11-02T09:00:00.000Z */
  closedAt!: string;
  /** @example 1200 */
  transactionCount!: number;
  @ApiProperty({ type: [CurrencyTotalsDto] })
  totals!: readonly CurrencyTotalsDto[];
  @ApiProperty({ type: [ClosingBalanceDto] })
  balances!: readonly ClosingBalanceDto[];
  lastBlock!: LastBlockDto;
}

/** A page of closed months, latest first. */
export class ManifestPageDto {
  items!: ManifestDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
