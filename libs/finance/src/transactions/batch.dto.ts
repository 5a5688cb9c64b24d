import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsObject, IsOptional, Matches } from 'class-validator';
import type { ItemResult } from './batch-transactions.service.js';
import type { Refusal } from '../books/finance.exceptions.js';
import { PostTransactionDto } from './journal.dto.js';
import { RecordTransactionDto, TransactionDto } from './transaction.dto.js';

/** Transactions of one batch at most. */
const MAX_ITEMS = 1_000;

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEY_OPTIONS = { message: 'idempotencyKey must be 1 to 255 visible ASCII characters' };

/** A business transaction among many. */
export class BusinessItemDto extends RecordTransactionDto {
  /** Key of its own, in the same space as those of single requests. */
  @IsOptional()
  @Matches(KEY, KEY_OPTIONS)
  idempotencyKey?: string;
}

/** A transaction by its legs among many. */
export class JournalItemDto extends PostTransactionDto {
  /** Key of its own, in the same space as those of single requests. */
  @IsOptional()
  @Matches(KEY, KEY_OPTIONS)
  idempotencyKey?: string;
}

const ITEM = { oneOf: [{ $ref: getSchemaPath(BusinessItemDto) }, { $ref: getSchemaPath(JournalItemDto) }] };

/** Many transactions; those with `postings` are posted by their legs. */
@ApiExtraModels(BusinessItemDto, JournalItemDto)
export class BatchDto {
  @ApiProperty({ type: 'array', items: ITEM, minItems: 1, maxItems: MAX_ITEMS })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ITEMS)
  @IsObject({ each: true })
  transactions!: object[];

  @ApiPropertyOptional({ default: false, description: 'All or nothing; otherwise each has its own verdict.' })
  @IsOptional()
  @IsBoolean()
  atomic?: boolean;
}

/** Why a transaction was refused. */
export class ItemErrorDto {
  /** @example FINANCE.LIMIT_EXCEEDED */
  code!: string;
  /** @example The balance of assets:wallet would be -1.00, beyond its minBalance */
  detail!: string;
  /** Facts about the refusal, by code; `errors` names every fault of an invalid one. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  details!: Record<string, unknown>;
}

/** What became of one transaction. */
export class ItemResultDto {
  /** @example 0 */
  index!: number;
  @ApiProperty({ enum: ['posted', 'rejected', 'replayed'], example: 'posted' })
  status!: 'posted' | 'rejected' | 'replayed';
  transaction?: TransactionDto;
  error?: ItemErrorDto;
}

/** What became of each, in their order. */
export class BatchResultDto {
  results!: ItemResultDto[];
}

export function toItemErrorDto({ code, message, details }: Refusal): ItemErrorDto {
  return { code, detail: message, details: { ...details } };
}

export function toItemResultDto({ status, transaction, error }: ItemResult, index: number): ItemResultDto {
  return {
    index,
    status,
    ...(transaction && { transaction }),
    ...(error && { error: toItemErrorDto(error) }),
  };
}
