import { Readable } from 'node:stream';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, OwnPace } from '#platform/http';
import { Roles } from '#platform/security';
import { type ExportFormat, OccurrenceExportService } from './occurrence-export.service.js';
import { ErrorExportQueryDto } from './error-export.dto.js';
import { toErrorOccurrenceDto } from './error-occurrence.dto.js';

const MEDIA_TYPE: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

/** The ledger for other tools. */
@ApiTags('errors')
@Roles('DEVELOPER')
@Controller('errors/export')
export class ErrorExportController {
  constructor(private readonly occurrences: OccurrenceExportService) {}

  @Get()
  @OwnPace()
  @ApiOperation({ operationId: 'exportErrors', summary: 'Occurrences as JSON, lines of JSON or CSV, oldest first' })
  @ApiProduces('application/json', 'application/x-ndjson', 'text/csv')
  @ApiResponse({
    status: 200,
    description: 'A list of occurrences; of any length, so it is streamed',
    content: {
      'application/json': { schema: { type: 'array', items: { type: 'object', additionalProperties: true } } },
      'application/x-ndjson': { schema: { type: 'string' } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(401, 403, 422, 429)
  exportErrors(@Query() { format, since, ...filter }: ErrorExportQueryDto): StreamableFile {
    const narrowed = { ...filter, since: since === undefined ? undefined : new Date(since) };
    const texts = this.occurrences.texts(format, narrowed, (occurrence) => toErrorOccurrenceDto(occurrence, true));
    return new StreamableFile(Readable.from(texts), {
      type: MEDIA_TYPE[format],
      disposition: `attachment; filename="errors.${format}"`,
    });
  }
}
