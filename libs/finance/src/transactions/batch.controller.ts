import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, IdempotencyKey, LargeBody, ReadsExactNumbers } from '#platform/http';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { BatchTransactionsService } from './batch-transactions.service.js';
import { BatchDto, BatchResultDto, toItemResultDto } from './batch.dto.js';
import { WriteQueryDto } from './journal.dto.js';
import { TransactionItemValidator } from './transaction-item.validator.js';
import type { WriteReply } from './transaction-write.decorator.js';

/** Many transactions at once. */
@ApiTags('finance')
@Controller('finance/transactions')
export class BatchController {
  constructor(
    private readonly batches: BatchTransactionsService,
    private readonly reader: TransactionItemValidator,
  ) {}

  @Post('batch')
  @LargeBody()
  @ReadsExactNumbers()
  @HttpCode(200)
  @Roles('ADMIN')
  @ApiOperation({
    operationId: 'postBatch',
    summary: 'Post many transactions in one commit, each with its own verdict',
    description: 'Those with `postings` are posted by their legs, the others as business transactions.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' })
  @ApiBody({ type: BatchDto })
  @ApiResponse({ status: 200, type: BatchResultDto })
  @ApiProblems(400, 401, 403, 409, 413, 415, 422, 429, 503)
  async postBatch(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Body() body: object,
    @Query() { dryRun }: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<BatchResultDto> {
    const { transactions, atomic } = await this.reader.readBatch(body);
    const items = await Promise.all(transactions.map((item) => this.reader.read(item)));
    const by = { principalId, key, isDryRun: dryRun === 'true' };
    const outcome = await this.batches.post(by, items, { isAtomic: atomic ?? false, body });
    reply.header('Idempotency-Key', outcome.key);
    if (outcome.isReplay) reply.header('Idempotent-Replayed', 'true');
    return { results: outcome.results.map(toItemResultDto) };
  }
}
