import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '#platform/http';
import { ACCOUNT_CODE } from '../books/account.js';
import { type Direction, DIRECTIONS } from '../books/transaction.js';
import { IsAmount } from '../books/amount.validator.js';

/** Legs of one transaction at most. */
const MAX_POSTINGS = 200;

/** One leg to post. */
export class NewPostingDto {
  /** @example assets:bank:main */
  @Matches(ACCOUNT_CODE, { message: 'account must be an account code' })
  @MaxLength(200)
  account!: string;

  @ApiProperty({ enum: DIRECTIONS, example: 'debit' })
  @IsIn(DIRECTIONS)
  direction!: Direction;

  @IsAmount({ example: '19.99', description: 'Above zero, in major units.' })
  amount!: string | number;

  @ApiProperty({ example: 'USD', description: 'ISO 4217 code; the currency of the account.' })
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency!: string;
}

/** A transaction by its legs. */
export class PostTransactionDto {
  /** @example Rent of November */
  @IsString()
  @MinLength(1)
  @MaxLength(2_000)
  description!: string;

  /** Balanced in every currency. */
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(MAX_POSTINGS)
  @ValidateNested({ each: true })
  @Type(() => NewPostingDto)
  postings!: NewPostingDto[];

  @ApiPropertyOptional({ enum: ['posted', 'pending'], default: 'posted', description: 'A pending one only holds.' })
  @IsOptional()
  @IsIn(['posted', 'pending'])
  state?: 'posted' | 'pending';

  /** When it happened; now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  effectiveAt?: string;

  /** When a pending transaction expires by itself; never when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  expiresAt?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsObject()
  metadata?: Record<string, unknown>;
}

/** When a reversal is effective. */
export class ReverseDto {
  /** Now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  effectiveAt?: string;
}

/** How much of a pending transaction is captured. */
export class CaptureDto extends ReverseDto {
  @IsOptional()
  @IsAmount({
    example: '10.00',
    required: false,
    description: 'All that is still held when left out. A part is taken from each leg in proportion.',
  })
  amount?: string | number;

  @ApiPropertyOptional({
    default: true,
    description: 'Let go of the rest. With false it stays held for further captures.',
  })
  @IsOptional()
  @IsBoolean()
  final?: boolean;
}

/** Options of every write. */
export class WriteQueryDto {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'Go the whole way, answer (with 200) what would come of it, and undo it. Does not use up the key.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  dryRun?: 'true' | 'false';
}
