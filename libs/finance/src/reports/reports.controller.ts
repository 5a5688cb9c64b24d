import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { Roles } from '#platform/security';
import { ReportService } from './report.service.js';
import {
  BalanceSheetDto,
  IncomeStatementDto,
  ReportQueryDto,
  RevenueReportDto,
  TrialBalanceDto,
} from './report.dto.js';

/** What the books say, by effective day in the zone of the books. */
@ApiTags('finance')
@Controller('finance/reports')
export class ReportsController {
  constructor(private readonly reports: ReportService) {}

  @Get('trial-balance')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getTrialBalance', summary: 'Opening, debits, credits and closing of every account' })
  @ApiResponse({ status: 200, type: TrialBalanceDto })
  @ApiProblems(401, 403, 422, 429)
  getTrialBalance(@Query() query: ReportQueryDto): Promise<TrialBalanceDto> {
    return this.reports.trialBalance(query);
  }

  @Get('income-statement')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getIncomeStatement', summary: 'Revenue, expenses and what is left' })
  @ApiResponse({ status: 200, type: IncomeStatementDto })
  @ApiProblems(401, 403, 422, 429)
  getIncomeStatement(@Query() query: ReportQueryDto): Promise<IncomeStatementDto> {
    return this.reports.incomeStatement(query);
  }

  @Get('balance-sheet')
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'getBalanceSheet',
    summary: 'Assets, liabilities and equity at the end of the last day',
  })
  @ApiResponse({ status: 200, type: BalanceSheetDto })
  @ApiProblems(401, 403, 422, 429)
  getBalanceSheet(@Query() query: ReportQueryDto): Promise<BalanceSheetDto> {
    return this.reports.balanceSheet(query);
  }

  @Get('revenue')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getRevenue', summary: 'Revenue by channel and by day, net of refunds and discounts' })
  @ApiResponse({ status: 200, type: RevenueReportDto })
  @ApiProblems(401, 403, 422, 429)
  getRevenue(@Query() query: ReportQueryDto): Promise<RevenueReportDto> {
    return this.reports.revenue(query);
  }
}
