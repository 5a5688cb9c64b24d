import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { Roles, SignatureSuffices } from '#platform/security';
import { LedgerIntake } from '../application/ledger-intake.service.js';
import { OccurrenceDraftService } from '../application/occurrence-draft.service.js';
import { AcceptedErrorsDto, ReportErrorDto, ReportErrorsDto, toDraft } from './dto/report-error.dto.js';
import { ReportBodyPipe } from './report-body.pipe.js';

/** The door for services that report their failures. */
@ApiTags('errors')
@Roles('API_USER')
@SignatureSuffices()
@Controller('errors')
export class ErrorReportsController {
  constructor(
    private readonly drafts: OccurrenceDraftService,
    private readonly intake: LedgerIntake,
  ) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'reportErrors', summary: 'Report one failure, or up to 100; answered once on disk' })
  @ApiExtraModels(ReportErrorDto, ReportErrorsDto)
  @ApiBody({
    schema: { oneOf: [{ $ref: getSchemaPath(ReportErrorDto) }, { $ref: getSchemaPath(ReportErrorsDto) }] },
  })
  @ApiResponse({ status: 202, type: AcceptedErrorsDto })
  @ApiProblems(400, 401, 403, 413, 415, 422, 429, 503)
  async reportErrors(@Body(ReportBodyPipe) reports: unknown): Promise<AcceptedErrorsDto> {
    const occurrences = (reports as ReportErrorDto[]).map((report) => this.drafts.complete(toDraft(report)));
    await this.intake.accept(occurrences);
    return { ids: occurrences.map(({ errorId }) => errorId) };
  }
}
