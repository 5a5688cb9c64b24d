import { Body, Controller, Get, Param, Post, Query, Res, UseFilters } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, IdempotencyKey, UuidParam } from '#platform/http';
import { pageOf } from '#platform/kernel';
import { CurrentPrincipal, type Principal, Roles } from '#platform/security';
import { type RecordedTransaction, RecordTransactionService } from '../application/record-transaction.service.js';
import { ReverseTransactionService } from '../application/reverse-transaction.service.js';
import { TransactionHistoryService } from '../application/transaction-history.service.js';
import {
  RecordedTransactionDto,
  RecordTransactionDto,
  TransactionDto,
  TransactionPageDto,
  TransactionQueryDto,
} from './dto/transaction.dto.js';
import { ReplayHeaderFilter } from './replay-header.filter.js';

const LIST = 'finance:transactions';

interface HeaderReply {
  header(name: string, value: string): unknown;
}

/** Recording what happened to the money, and reading it. */
@ApiTags('finance')
@Controller('finance/transactions')
export class TransactionsController {
  constructor(
    private readonly recording: RecordTransactionService,
    private readonly reversal: ReverseTransactionService,
    private readonly history: TransactionHistoryService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post('record')
  @Roles('ADMIN')
  @UseFilters(ReplayHeaderFilter)
  @ApiOperation({
    operationId: 'recordTransaction',
    summary: 'Record a business transaction',
    description:
      'Send an Idempotency-Key: a repeated request then gets the first answer again, and nothing is posted twice.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' })
  @ApiResponse({ status: 201, type: RecordedTransactionDto })
  @ApiProblems(400, 401, 403, 409, 415, 422, 429, 503)
  async recordTransaction(
    @CurrentPrincipal() principal: Principal,
    @Body() body: RecordTransactionDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: HeaderReply,
  ): Promise<RecordedTransactionDto> {
    return answer(await this.recording.record(principal.id, key, body), reply);
  }

  @Post(':id/reverse')
  @Roles('ADMIN')
  @UseFilters(ReplayHeaderFilter)
  @ApiOperation({ operationId: 'reverseTransaction', summary: 'Take a posted transaction back, once' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' })
  @ApiResponse({ status: 201, type: RecordedTransactionDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429, 503)
  async reverseTransaction(
    @CurrentPrincipal() principal: Principal,
    @Param('id', UuidParam) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: HeaderReply,
  ): Promise<RecordedTransactionDto> {
    return answer(await this.reversal.reverse(principal.id, key, id), reply);
  }

  @Get()
  @Roles('API_USER')
  @ApiOperation({ operationId: 'listTransactions', summary: 'Transactions, latest recorded first' })
  @ApiResponse({ status: 200, type: TransactionPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listTransactions(@Query() query: TransactionQueryDto): Promise<TransactionPageDto> {
    const { limit, cursor, from, to, ...filter } = query;
    const position = this.cursors.decode(LIST, cursor);
    const after = position && { recordedAt: String(position[0]), id: String(position[1]) };
    const period = {
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
    return pageOf(await this.history.list(limit, { ...filter, ...period }, after), limit, ({ recordedAt, id }) =>
      this.cursors.encode(LIST, [recordedAt, id]),
    );
  }

  @Get(':id')
  @Roles('API_USER')
  @ApiOperation({ operationId: 'getTransaction', summary: 'One transaction with its postings' })
  @ApiResponse({ status: 200, type: TransactionDto })
  @ApiProblems(400, 401, 403, 404, 429)
  getTransaction(@Param('id', UuidParam) id: string): Promise<TransactionDto> {
    return this.history.get(id);
  }
}

function answer(
  { answer: { transaction, balances }, isReplay, key }: RecordedTransaction,
  reply: HeaderReply,
): RecordedTransactionDto {
  reply.header('Idempotency-Key', key);
  if (isReplay) reply.header('Idempotent-Replayed', 'true');
  const { id, type, amount, currency, state, recordedAt, postings } = transaction;
  return {
    success: true,
    transactionId: id,
    type,
    amount,
    currency,
    status: state,
    createdAt: recordedAt,
    postings,
    balances,
  };
}
