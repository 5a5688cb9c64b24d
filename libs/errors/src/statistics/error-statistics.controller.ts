import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { Roles } from '#platform/security';
import { ErrorStatisticsDto, ErrorStatisticsQueryDto, toErrorStatisticsDto } from './error-statistics.dto.js';
import { ErrorStatisticsService } from './error-statistics.service.js';

/** How errors went over time. */
@ApiTags('errors')
@Controller('errors')
export class ErrorStatisticsController {
  constructor(private readonly statistics: ErrorStatisticsService) {}

  @Get('statistics')
  @Roles('READ_ONLY')
  @ApiOperation({ operationId: 'getErrorStatistics', summary: 'How errors went over a span of hours' })
  @ApiResponse({ status: 200, type: ErrorStatisticsDto })
  @ApiProblems(401, 403, 422, 429)
  async getErrorStatistics(@Query() { hours }: ErrorStatisticsQueryDto): Promise<ErrorStatisticsDto> {
    return toErrorStatisticsDto(await this.statistics.over(hours));
  }
}
