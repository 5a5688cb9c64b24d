import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, OwnPace } from '#platform/http';
import { Roles } from '#platform/security';
import { ExportService } from './export.service.js';
import { ExportQueryDto } from './export.dto.js';

const TEXT = { schema: { type: 'string' as const } };

/** The ledger for other programs. */
@ApiTags('finance')
@Controller('finance/export')
export class ExportController {
  constructor(private readonly exports: ExportService) {}

  @Get()
  @Roles('ADMIN')
  @OwnPace()
  @ApiOperation({
    operationId: 'exportLedger',
    summary: 'Every posted transaction as of now, as a stream',
    description:
      'For `hledger check --strict` and `ledger --pedantic`, for `bean-check`, for spreadsheets or, as NDJSON, for `devskyy verify ledger`. ' +
      'What is pending, voided or expired is left out. Of some days, balances before them are an opening transaction; NDJSON is always whole.',
  })
  @ApiResponse({
    status: 200,
    description: 'The ledger',
    content: { 'text/csv': TEXT, 'application/x-ndjson': TEXT, 'text/plain': TEXT },
  })
  @ApiProblems(401, 403, 422, 429)
  async exportLedger(@Query() query: ExportQueryDto): Promise<StreamableFile> {
    const { content, mediaType, fileName } = await this.exports.export(query);
    return new StreamableFile(content, { type: mediaType, disposition: `attachment; filename="${fileName}"` });
  }
}
