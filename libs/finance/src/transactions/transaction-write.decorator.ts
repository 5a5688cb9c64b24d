import { applyDecorators, UseFilters } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { API_PREFIX, ReadsExactNumbers, SaysLocation } from '#platform/http';
import { Roles } from '#platform/security';
import type { RecordedTransaction } from './record-transaction.service.js';
import { RecordedTransactionDto } from './transaction.dto.js';
import { ReplayHeaderFilter } from './replay-header.filter.js';

/** The part of a reply that write doors set. */
export interface WriteReply {
  header(name: string, value: string): unknown;
  status(code: number): unknown;
}

/** What every door that writes one transaction has in common. */
export const TransactionWrite = (): MethodDecorator =>
  applyDecorators(
    Roles('ADMIN'),
    ReadsExactNumbers(),
    UseFilters(ReplayHeaderFilter),
    ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 visible ASCII characters' }),
    ApiResponse({ status: 201, type: RecordedTransactionDto }),
    SaysLocation(),
    ApiResponse({ status: 200, type: RecordedTransactionDto, description: 'What a dry run would have come to' }),
  );

/** Puts what was posted into the documented shape, and says in headers under which key. */
export function writeAnswer(
  { answer: { transaction, balances }, isReplay, key }: RecordedTransaction,
  isDryRun: boolean,
  reply: WriteReply,
): RecordedTransactionDto {
  reply.header('Idempotency-Key', key);
  if (isReplay) reply.header('Idempotent-Replayed', 'true');
  if (isDryRun) reply.status(200);
  else reply.header('Location', `/${API_PREFIX}/finance/transactions/${transaction.id}`);
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
