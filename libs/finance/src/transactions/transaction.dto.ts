import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsInstant, PageQueryDto } from '#platform/http';
import { ACCOUNT_CODE } from '../books/account.js';
import {
  type Channel,
  CHANNELS,
  type Direction,
  DIRECTIONS,
  TRANSACTION_STATES,
  TRANSACTION_TYPES,
  type TransactionType,
} from '../books/transaction.js';
import { IsAmount } from '../books/amount.validator.js';

/** Types that a transaction can have, those that follow from others included. */
export const LISTED_TYPES = [...TRANSACTION_TYPES, 'journal', 'reversal'] as const;

/** One article of a sale. */
export class LineItemDto {
  /** @example SKU-1 */
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  sku!: string;

  /** @example Silk scarf */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  description?: string;

  @IsAmount({ example: '2', description: 'Above 0, at most 1000000, with up to six digits after the decimal mark.' })
  quantity!: string | number;

  @IsAmount({ example: '9.50', description: 'In major units; may be finer than the currency.' })
  unitPrice!: string | number;
}

/** A business transaction to record. */
export class RecordTransactionDto {
  @ApiPropertyOptional({ enum: TRANSACTION_TYPES, default: 'sale', example: 'sale' })
  @IsOptional()
  @IsIn(TRANSACTION_TYPES)
  type: TransactionType = 'sale';

  @IsAmount({ example: '19.99', description: 'The whole amount, tax and shipping included, in major units.' })
  amount!: string | number;

  @ApiPropertyOptional({
    example: 'USD',
    description: 'ISO 4217 code; USD when left out, of a refund that of its original.',
  })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency?: string;

  @ApiPropertyOptional({
    enum: CHANNELS,
    example: 'online_store',
    description: 'online_store when left out, of a refund that of its original.',
  })
  @IsOptional()
  @IsIn(CHANNELS)
  channel?: Channel;

  /** @example ORDER-1001 */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  orderId?: string;

  /** @example CUSTOMER-7 */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  customerId?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => LineItemDto)
  lineItems?: LineItemDto[];

  @IsOptional()
  @IsAmount({ example: '19.00', required: false, description: 'Before tax, shipping and discount.' })
  subtotal?: string | number;

  @IsOptional()
  @IsAmount({ example: '0.99', required: false })
  taxAmount?: string | number;

  @IsOptional()
  @IsAmount({ example: '0.00', required: false })
  shippingAmount?: string | number;

  @IsOptional()
  @IsAmount({ example: '0.00', required: false })
  discountAmount?: string | number;

  /**
   * Names the clearing account that the money is in until the bank has it.
   * @example card
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  paymentMethod?: string;

  /** @example stripe */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  paymentGateway?: string;

  /** What a refund gives back: a sale, revenue, purchase, expense or capture. Without it the refund is marked as having none. */
  @IsOptional()
  @IsUUID('all')
  originalTransactionId?: string;

  /** Account that a transfer takes from. */
  @IsOptional()
  @Matches(ACCOUNT_CODE, { message: 'fromAccount must be an account code' })
  @MaxLength(200)
  fromAccount?: string;

  /** Account that a transfer gives to. */
  @IsOptional()
  @Matches(ACCOUNT_CODE, { message: 'toAccount must be an account code' })
  @MaxLength(200)
  toAccount?: string;

  @ApiPropertyOptional({ enum: ['increase', 'decrease'], description: 'Of an adjustment; increase when left out.' })
  @IsOptional()
  @IsIn(['increase', 'decrease'])
  direction?: 'increase' | 'decrease';

  /** When it happened; now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  transactionDate?: string;

  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  notes?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsObject()
  metadata?: Record<string, unknown>;
}

/** One leg of a transaction. */
export class PostingDto {
  /** @example assets:clearing:card:USD */
  account!: string;
  @ApiProperty({ enum: DIRECTIONS, example: 'debit' })
  direction!: Direction;
  /** @example "19.99" */
  amount!: string;
  /** @example USD */
  currency!: string;
}

/** A balance after the transaction, in the account's normal sign. */
export class BalanceAfterDto {
  /** @example assets:clearing:card:USD */
  account!: string;
  /** @example USD */
  currency!: string;
  /** @example "1019.99" */
  balance!: string;
}

/** What was recorded. */
export class RecordedTransactionDto {
  /** @example true */
  success!: boolean;
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  transactionId!: string;
  @ApiProperty({ enum: LISTED_TYPES, example: 'sale' })
  type!: (typeof LISTED_TYPES)[number];
  /** @example "19.99" */
  amount!: string;
  /** @example USD */
  currency!: string;
  @ApiProperty({ enum: TRANSACTION_STATES, example: 'posted' })
  status!: (typeof TRANSACTION_STATES)[number];
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  postings!: PostingDto[];
  balances!: BalanceAfterDto[];
}

/** A transaction. */
export class TransactionDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  @ApiProperty({ enum: LISTED_TYPES, example: 'sale' })
  type!: (typeof LISTED_TYPES)[number];
  @ApiProperty({ enum: TRANSACTION_STATES, example: 'posted' })
  state!: (typeof TRANSACTION_STATES)[number];
  /** @example "19.99" */
  amount!: string;
  /** @example USD */
  currency!: string;
  @ApiProperty({ type: String, nullable: true, example: 'online_store' })
  channel!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'ORDER-1001' })
  orderId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  customerId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  originalTransactionId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
  postings!: PostingDto[];
  @ApiProperty({ type: 'object', additionalProperties: true })
  details!: Record<string, unknown>;
  /** When it happened. */
  effectiveAt!: string;
  /** When it was recorded. */
  recordedAt!: string;
  /** When it expires by itself; of pending ones only. */
  @ApiProperty({ type: String, nullable: true })
  expiresAt!: string | null;
  /** The user who had it recorded; null for what was recorded before this was kept. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  createdBy!: string | null;
  /** Id of the request that had it recorded (`X-Request-ID`), for `GET /trace/{correlationId}`. */
  @ApiProperty({ type: String, nullable: true, example: '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f01' })
  correlationId!: string | null;
}

/** A page of transactions. */
export class TransactionPageDto {
  items!: TransactionDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** Which transactions. */
export class TransactionQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: LISTED_TYPES })
  @IsOptional()
  @IsIn(LISTED_TYPES)
  type?: (typeof LISTED_TYPES)[number];

  @ApiPropertyOptional({ enum: CHANNELS })
  @IsOptional()
  @IsIn(CHANNELS)
  channel?: Channel;

  @ApiPropertyOptional({ enum: TRANSACTION_STATES })
  @IsOptional()
  @IsIn(TRANSACTION_STATES)
  state?: (typeof TRANSACTION_STATES)[number];

  /** Code of an account that takes part. */
  @IsOptional()
  @Matches(ACCOUNT_CODE, { message: 'account must be an account code' })
  @MaxLength(200)
  account?: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  orderId?: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  customerId?: string;

  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency?: string;

  /** Those that refer to this one: its refunds, captures and its reversal. */
  @IsOptional()
  @IsUUID('all')
  originalTransactionId?: string;

  /** Those that one request, task or job run had recorded. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  correlationId?: string;

  /** Effective at or after; a day from its beginning. */
  @IsOptional()
  @IsInstant({ required: false })
  from?: string;

  /** Effective before; a day to its end. */
  @IsOptional()
  @IsInstant({ required: false })
  to?: string;
}
