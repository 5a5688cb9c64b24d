import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ApiProblems,
  IdempotencyKey,
  LargeBody,
  OwnPace,
  PageQueryDto,
  RequestExample,
  UuidParamPipe,
  Locates,
} from '#platform/http';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { TaskBatchPageDto, toTaskBatchSummaryDto } from './batch-list.dto.js';
import { BatchListService } from './batch-list.service.js';
import { BatchResultService } from './batch-result.service.js';
import { BatchSubmissionService } from './batch-submission.service.js';
import { TaskBatchDto, ExecuteBatchDto, toTaskBatchDto, toBatchRequest } from './batch.dto.js';
import { WaitQueryDto } from '../queue/execute-agent.dto.js';

/** Giving agents many tasks at once. */
@ApiTags('agents')
@Controller('agents/batch')
export class BatchesController {
  constructor(
    private readonly submission: BatchSubmissionService,
    private readonly batches: BatchResultService,
    private readonly lists: BatchListService,
  ) {}

  @Post()
  @LargeBody()
  @Roles('API_USER')
  @OwnPace()
  @RequestExample({
    operations: [
      { agent: 'scanner', ref: 'scan', parameters: { seconds: 1 }, select: ['/score'] },
      { agent: 'fixer', dependsOn: ['scan'] },
    ],
    parallel: true,
  })
  @ApiOperation({
    operationId: 'executeBatch',
    summary: 'Give agents up to 1,000 tasks; needs the role of each agent',
    description: 'Answers 202 with the batch, or with `wait` 200 once every operation has ended, if they do in time.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Makes repeating the request safe.' })
  @ApiResponse({ status: 200, type: TaskBatchDto, description: 'Every operation has ended' })
  @Locates('agents/batch/{batchId}', [200, 202])
  @ApiResponse({ status: 202, type: TaskBatchDto, description: 'The operations are queued' })
  @ApiProblems(400, 401, 403, 413, 422, 429)
  async executeBatch(
    @Query() { wait }: WaitQueryDto,
    @Body() body: ExecuteBatchDto,
    @IdempotencyKey() key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskBatchDto> {
    const { batchId, isReplay } = await this.submission.submit(toBatchRequest(body), principal, key);
    const batch = await this.batches.get(batchId, wait, principal);
    if (isReplay) void reply.header('Idempotent-Replayed', 'true');
    void reply.code(batch.status === 'running' ? HttpStatus.ACCEPTED : HttpStatus.OK);
    return toTaskBatchDto(batch);
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'listBatches',
    summary: 'Batches, newest first, with their operations by state: your own, as a DEVELOPER all',
    description:
      'A page looks up about 1,000 operations at most, so that it may have fewer batches than `limit` and yet a `nextCursor`.',
  })
  @ApiResponse({ status: 200, type: TaskBatchPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listBatches(
    @Query() { limit, cursor }: PageQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskBatchPageDto> {
    const { items, nextCursor } = await this.lists.list(limit, cursor, principal);
    return { items: items.map(toTaskBatchSummaryDto), nextCursor };
  }

  @Get(':id')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getBatch', summary: 'What became of a batch: of its tasks that you may see' })
  @ApiResponse({ status: 200, type: TaskBatchDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async getBatch(
    @Param('id', UuidParamPipe) id: string,
    @Query() { wait }: WaitQueryDto,
    @CurrentPrincipal() principal: Principal,
  ): Promise<TaskBatchDto> {
    return toTaskBatchDto(await this.batches.get(id, wait, principal));
  }
}
