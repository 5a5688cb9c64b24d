import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, IdempotencyKey, RequestExample, UuidParamPipe } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { type FollowUp, FollowUpService } from './follow-up.service.js';
import { RecordTransactionService } from './record-transaction.service.js';
import { TransactionHistoryService } from './transaction-history.service.js';
import {
  RecordedTransactionDto,
  RecordTransactionDto,
  TransactionDto,
  TransactionPageDto,
  TransactionQueryDto,
} from './transaction.dto.js';
import { CaptureDto, PostTransactionDto, ReverseDto, WriteQueryDto } from './journal.dto.js';
import { TransactionWrite, writeAnswer, type WriteReply } from './transaction-write.decorator.js';

const LIST = 'finance:transactions';

interface Write {
  principal: Principal;
  query: WriteQueryDto;
  key: string | undefined;
  reply: WriteReply;
}

/** Recording what happened to the money, and reading it. */
@ApiTags('finance')
@Controller('finance/transactions')
export class TransactionsController {
  constructor(
    private readonly recording: RecordTransactionService,
    private readonly followUps: FollowUpService,
    private readonly history: TransactionHistoryService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post('record')
  @TransactionWrite()
  @ApiOperation({
    operationId: 'recordTransaction',
    summary: 'Record a business transaction',
    description:
      'Send an Idempotency-Key: a repeated request then gets the first answer again, and nothing is posted twice.',
  })
  @ApiProblems(400, 401, 403, 409, 415, 422, 429, 503)
  async recordTransaction(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Body() body: RecordTransactionDto,
    @Query() { dryRun }: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<RecordedTransactionDto> {
    const isDryRun = dryRun === 'true';
    return writeAnswer(await this.recording.record({ principalId, key, isDryRun }, body), isDryRun, reply);
  }

  @Post()
  @TransactionWrite()
  @RequestExample({
    description: 'Rent of November',
    postings: [
      { account: 'expenses:operating:USD', direction: 'debit', amount: '1200.00', currency: 'USD' },
      { account: 'assets:clearing:card:USD', direction: 'credit', amount: '1200.00', currency: 'USD' },
    ],
  })
  @ApiOperation({
    operationId: 'postTransaction',
    summary: 'Post a transaction by its legs',
    description:
      'Any accounts and currencies, balanced in each currency. A pending one holds money until it is captured or voided.',
  })
  @ApiProblems(400, 401, 403, 409, 415, 422, 429, 503)
  async postTransaction(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Body() body: PostTransactionDto,
    @Query() { dryRun }: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<RecordedTransactionDto> {
    const isDryRun = dryRun === 'true';
    return writeAnswer(await this.recording.recordJournal({ principalId, key, isDryRun }, body), isDryRun, reply);
  }

  @Post(':id/reverse')
  @TransactionWrite()
  @RequestExample({})
  @ApiOperation({ operationId: 'reverseTransaction', summary: 'Take a posted transaction back, once' })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429, 503)
  reverseTransaction(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() body: ReverseDto,
    @Query() query: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<RecordedTransactionDto> {
    return this.follow('reverse', id, body, { principal, query, key, reply });
  }

  @Post(':id/capture')
  @TransactionWrite()
  @RequestExample({ amount: '10.00' })
  @ApiOperation({ operationId: 'captureTransaction', summary: 'Post a pending transaction, or a part of it' })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429, 503)
  captureTransaction(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Body() body: CaptureDto,
    @Query() query: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<RecordedTransactionDto> {
    return this.follow('capture', id, body, { principal, query, key, reply });
  }

  @Post(':id/void')
  @TransactionWrite()
  @ApiOperation({ operationId: 'voidTransaction', summary: 'Let go of a pending transaction' })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429, 503)
  voidTransaction(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParamPipe) id: string,
    @Query() query: WriteQueryDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: WriteReply,
  ): Promise<RecordedTransactionDto> {
    return this.follow('void', id, {}, { principal, query, key, reply });
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({
    operationId: 'listTransactions',
    summary: 'Transactions, latest recorded first; those of a span of time (`from`, `to`) latest effective first',
  })
  @ApiResponse({ status: 200, type: TransactionPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listTransactions(@Query() query: TransactionQueryDto): Promise<TransactionPageDto> {
    const { limit, cursor, from, to, ...filter } = query;
    const isSpan = from !== undefined || to !== undefined;
    const list = `${LIST}${isSpan ? ':span' : ''}${filter.account === undefined ? '' : `:${filter.account}`}`;
    const position = this.cursors.decode(list, cursor);
    const after = position && {
      at: String(position[0]),
      id: String(position[1]),
      version: position[2]?.toString(),
    };
    const found = await this.history.list(limit, { ...filter, from, to }, after);
    const { items, nextCursor } = pageOf(found, limit, ({ position: { at, id, version } }) =>
      this.cursors.encode(list, [at, id, ...(version === undefined ? [] : [version])]),
    );
    return { items: items.map(({ view }) => view), nextCursor };
  }

  @Get(':id')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getTransaction', summary: 'One transaction with its postings' })
  @ApiResponse({ status: 200, type: TransactionDto })
  @ApiProblems(400, 401, 403, 404, 429)
  getTransaction(@Param('id', UuidParamPipe) id: string): Promise<TransactionDto> {
    return this.history.get(id);
  }

  private async follow(
    what: FollowUp,
    id: string,
    body: CaptureDto,
    { principal, query, key, reply }: Write,
  ): Promise<RecordedTransactionDto> {
    const isDryRun = query.dryRun === 'true';
    const by = { principalId: principal.id, key, isDryRun };
    return writeAnswer(await this.followUps.follow(by, what, id, body), isDryRun, reply);
  }
}
