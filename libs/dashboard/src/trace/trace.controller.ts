import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '#platform/http';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { CorrelationParamDto, IdParamDto, NamedListDto, toTraceDto, TraceDto } from './trace.dto.js';
import { TraceService } from './trace.service.js';

/** Following an id through all modules. */
@ApiTags('dashboard')
@Roles('READ_ONLY')
@Controller()
export class TraceController {
  constructor(private readonly traces: TraceService) {}

  @Get('trace/:correlationId')
  @ApiOperation({
    operationId: 'getTrace',
    summary: 'Everything that one request, task or job run led to, in order of time',
    description:
      'By its `X-Request-ID`, which transactions, tasks and their events, failures, audit events, calls of alerts and mails carry. Only what you may see; of an unknown id nothing.',
  })
  @ApiResponse({ status: 200, type: TraceDto })
  @ApiProblems(401, 403, 422, 429, 503)
  async getTrace(
    @Param() { correlationId }: CorrelationParamDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TraceDto> {
    return toTraceDto(await this.traces.byCorrelation(correlationId, principal));
  }

  @Get('lookup/:id')
  @ApiOperation({
    operationId: 'lookUp',
    summary: 'What an id is the id of',
    description: 'An account also by its code, an agent by its name. Only what you may see; of an unknown id nothing.',
  })
  @ApiResponse({ status: 200, type: NamedListDto })
  @ApiProblems(401, 403, 422, 429, 503)
  async lookUp(@Param() { id }: IdParamDto, @CurrentPrincipal() principal: Principal): Promise<NamedListDto> {
    return { items: await this.traces.byId(id, principal) };
  }
}
