import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ApiProblems, OwnPace } from '#platform/http';
import { Roles } from '#platform/security';
import { ExportService } from '../application/export.service.js';
import { EXPORT_FORMATS, type ExportFormat } from '../domain/ledger-format.js';

const TEXT = { schema: { type: 'string' as const } };

/** Which form an export has. */
export class ExportQueryDto {
  @ApiProperty({ enum: EXPORT_FORMATS, example: 'hledger' })
  @IsIn(EXPORT_FORMATS)
  format!: ExportFormat;
}

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
      'What is pending, voided or expired is left out.',
  })
  @ApiResponse({
    status: 200,
    description: 'The ledger',
    content: { 'text/csv': TEXT, 'application/x-ndjson': TEXT, 'text/plain': TEXT },
  })
  @ApiProblems(401, 403, 422, 429)
  async exportLedger(@Query() { format }: ExportQueryDto): Promise<StreamableFile> {
    const { content, mediaType, fileName } = await this.exports.export(format);
    return new StreamableFile(content, { type: mediaType, disposition: `attachment; filename="${fileName}"` });
  }
}
