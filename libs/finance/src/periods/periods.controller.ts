import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, PageQueryDto } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { PeriodService } from './period.service.js';
import { WriteQueryDto } from '../transactions/journal.dto.js';
import { ManifestDto, ManifestPageDto } from '../reports/report.dto.js';

const LIST = 'finance:periods';

/** Closed months. */
@ApiTags('finance')
@Controller('finance/periods')
export class PeriodsController {
  constructor(
    private readonly periods: PeriodService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post(':month/close')
  @HttpCode(200)
  @Roles('ADMIN')
  @ApiOperation({
    operationId: 'closePeriod',
    summary: 'Close a month: nothing is posted into it any more',
    description:
      'Months end at midnight in the zone of the books and are closed oldest first. Closing a closed month again changes nothing.',
  })
  @ApiParam({ name: 'month', example: '2026-10' })
  @ApiResponse({ status: 200, type: ManifestDto })
  @ApiProblems(400, 401, 403, 409, 422, 429, 503)
  closePeriod(@Param('month') month: string, @Query() { dryRun }: WriteQueryDto): Promise<ManifestDto> {
    return this.periods.close(month, dryRun === 'true');
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({ operationId: 'listPeriods', summary: 'Closed months, latest first' })
  @ApiResponse({ status: 200, type: ManifestPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listPeriods(@Query() { limit, cursor }: PageQueryDto): Promise<ManifestPageDto> {
    const position = this.cursors.decode(LIST, cursor);
    const found = await this.periods.list(limit, position && String(position[0]));
    return pageOf<ManifestDto>(found, limit, ({ month }) => this.cursors.encode(LIST, [month]));
  }
}
