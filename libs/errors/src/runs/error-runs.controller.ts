import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, OwnPace, PageQueryDto } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { RunDiffService } from './run-diff.service.js';
import { RunQueryService } from './run-query.service.js';
import { ErrorRunDiffDto, ErrorRunPageDto, toErrorRunDiffDto, toErrorRunDto } from './error-run.dto.js';

const LIST = 'errors.runs';

const RUN_ID = { name: 'runId', example: '20261124_101530_0f6a2c1e' } as const;

/** The ledger run by run. */
@ApiTags('errors')
@Roles('DEVELOPER')
@Controller('errors/runs')
export class ErrorRunsController {
  constructor(
    private readonly runs: RunQueryService,
    private readonly diffs: RunDiffService,
    private readonly cursors: CursorCodec,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listErrorRuns', summary: 'Runs, newest first' })
  @ApiResponse({ status: 200, type: ErrorRunPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listErrorRuns(@Query() { limit, cursor }: PageQueryDto): Promise<ErrorRunPageDto> {
    const before = this.cursors.decode(LIST, cursor)?.[0] as string | undefined;
    const page = pageOf(await this.runs.list(limit + 1, before), limit, ({ id }) => this.cursors.encode(LIST, [id]));
    return { ...page, items: page.items.map(toErrorRunDto) };
  }

  @Get(':runId')
  @OwnPace()
  @ApiOperation({
    operationId: 'getErrorRun',
    summary: 'The error-ledger artifact of a run, with resolutions made since',
  })
  @ApiParam(RUN_ID)
  @ApiResponse({
    status: 200,
    description: 'metadata, errors and statistics, as in `error-ledger-<run>.json`',
    content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
  })
  @ApiProblems(401, 403, 404, 429)
  async getErrorRun(@Param('runId') runId: string): Promise<StreamableFile> {
    const run = await this.runs.get(runId);
    return new StreamableFile(Readable.from(this.runs.artifact(run)), { type: 'application/json; charset=utf-8' });
  }

  @Get(':runId/report')
  @OwnPace()
  @ApiOperation({ operationId: 'getErrorRunReport', summary: 'The text report of a run' })
  @ApiParam(RUN_ID)
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'The report', content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiProblems(401, 403, 404, 429)
  async getErrorRunReport(@Param('runId') runId: string): Promise<StreamableFile> {
    const run = await this.runs.get(runId);
    return new StreamableFile(Readable.from(this.runs.report(run)), { type: 'text/plain; charset=utf-8' });
  }

  @Get(':runId/diff/:laterRunId')
  @ApiOperation({
    operationId: 'compareErrorRuns',
    summary: 'Groups that are new, fixed or back in the later of two runs, by the occurrences that are kept',
  })
  @ApiParam(RUN_ID)
  @ApiParam({ name: 'laterRunId', example: '20261125_080000_9b7d4c55' })
  @ApiResponse({ status: 200, type: ErrorRunDiffDto })
  @ApiProblems(401, 403, 404, 429)
  async compareErrorRuns(
    @Param('runId') runId: string,
    @Param('laterRunId') laterRunId: string,
  ): Promise<ErrorRunDiffDto> {
    return toErrorRunDiffDto(await this.diffs.between(runId, laterRunId));
  }
}
