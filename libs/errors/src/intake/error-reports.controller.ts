import { Body, Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ApiProblems, ReadsPrunedJson } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { FairTurns } from '#platform/kernel';
import { Roles, SignatureSuffices } from '#platform/security';
import { KeyedIntakeService } from './keyed-intake.service.js';
import { OccurrenceDraftService } from '../ledger/occurrence-draft.service.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { AcceptedErrorsDto, ReportErrorDto, ReportErrorsDto, toDraft } from './report-error.dto.js';
import { ReportBodyPipe } from './report-body.pipe.js';

/** Largest body: a hundred reports with long stacks. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The door for services that report their failures. */
@ApiTags('errors')
@Roles('API_USER')
@SignatureSuffices()
@Controller('errors')
export class ErrorReportsController {
  constructor(
    private readonly drafts: OccurrenceDraftService,
    private readonly intake: KeyedIntakeService,
  ) {}

  @Post()
  @ReadsPrunedJson(MAX_BYTES)
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ operationId: 'reportErrors', summary: 'Report one failure, or up to 100; answered once on disk' })
  @ApiExtraModels(ReportErrorDto, ReportErrorsDto)
  @ApiBody({
    schema: { oneOf: [{ $ref: getSchemaPath(ReportErrorDto) }, { $ref: getSchemaPath(ReportErrorsDto) }] },
  })
  @ApiResponse({ status: 202, type: AcceptedErrorsDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 413, 415, 422, 429, 503)
  async reportErrors(
    @Body(ReportBodyPipe) reports: unknown,
    @AsKeyedRequest() request: KeyedRequest,
  ): Promise<AcceptedErrorsDto> {
    const occurrences: Occurrence[] = [];
    const turns = new FairTurns();
    for (const report of reports as ReportErrorDto[]) {
      occurrences.push(this.drafts.complete(toDraft(report)));
      await turns.pause();
    }
    return { ids: await this.intake.accept(request, occurrences) };
  }
}
