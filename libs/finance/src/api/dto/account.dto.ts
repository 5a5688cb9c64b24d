import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IsInstant } from '#platform/http';
import { type AccountWithNet, type Balance, type Entry } from '../../application/account.service.js';
import { ACCOUNT_CODE, ACCOUNT_TYPES, type AccountType, normalSign } from '../../domain/account.js';
import { formatMoney } from '../../domain/money.js';
import { IsAmount } from './amount.validator.js';

/** An account to make. */
export class CreateAccountDto {
  /**
   * Words joined by colons.
   * @example assets:bank:main
   */
  @Matches(ACCOUNT_CODE, { message: 'code must be words joined by colons, such as assets:bank:main' })
  @MaxLength(200)
  code!: string;

  /** @example Main bank account */
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;

  @ApiProperty({ enum: ACCOUNT_TYPES, example: 'asset' })
  @IsIn(ACCOUNT_TYPES)
  type!: AccountType;

  /** @example USD */
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency!: string;

  @IsOptional()
  @IsAmount({ example: '0.00', required: false, description: 'Lowest balance, in the account’s normal sign.' })
  minBalance?: string | number;

  @IsOptional()
  @IsAmount({ example: '10000.00', required: false, description: 'Highest balance, in the account’s normal sign.' })
  maxBalance?: string | number;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @IsOptional()
  @IsObject()
  metadata?: Record<string, unknown>;
}

/** An account with its balance. */
export class AccountDto {
  /** @example assets:bank:main */
  code!: string;
  /** @example Main bank account */
  name!: string;
  @ApiProperty({ enum: ACCOUNT_TYPES, example: 'asset' })
  type!: AccountType;
  /** @example USD */
  currency!: string;
  /** In the account's normal sign: assets and expenses grow by debits, the others by credits. */
  balance!: string;
  @ApiProperty({ type: String, nullable: true, example: '0.00' })
  minBalance!: string | null;
  @ApiProperty({ type: String, nullable: true })
  maxBalance!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true })
  metadata!: Record<string, unknown>;
  createdAt!: string;
}

/** A page of accounts. */
export class AccountPageDto {
  items!: AccountDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** One line of a statement. */
export class EntryDto {
  transactionId!: string;
  /** What the transaction did to the balance. */
  amount!: string;
  balanceAfter!: string;
  effectiveAt!: string;
  recordedAt!: string;
}

/** A page of a statement, latest first. */
export class EntryPageDto {
  items!: EntryDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** As of which times. */
export class BalanceQueryDto {
  /** What was effective by then; now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  effectiveAt?: string;

  /** What was recorded by then; now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  knownAt?: string;
}

/** A balance as of two times, both inclusive. */
export class BalanceDto {
  account!: string;
  currency!: string;
  posted!: string;
  pending!: string;
  available!: string;
  effectiveAt!: string;
  knownAt!: string;
}

export function toAccountDto(account: AccountWithNet): AccountDto {
  const { code, name, type, currency, net, minBalance, maxBalance, metadata, createdAt } = account;
  const text = (minor: bigint | null): string | null => (minor === null ? null : formatMoney(minor, currency));
  return {
    code,
    name,
    type,
    currency,
    balance: formatMoney(net * normalSign(type), currency),
    minBalance: text(minBalance),
    maxBalance: text(maxBalance),
    metadata: { ...metadata },
    createdAt: createdAt.toISOString(),
  };
}

export function toEntryDto({ type, currency }: AccountWithNet, entry: Entry): EntryDto {
  const text = (minor: bigint): string => formatMoney(minor * normalSign(type), currency);
  return {
    transactionId: entry.transactionId,
    amount: text(entry.amount),
    balanceAfter: text(entry.netAfter),
    effectiveAt: entry.effectiveAt.toISOString(),
    recordedAt: entry.recordedAt.toISOString(),
  };
}

export function toBalanceDto({ effectiveAt, knownAt, ...rest }: Balance): BalanceDto {
  return { ...rest, effectiveAt: effectiveAt.toISOString(), knownAt: knownAt.toISOString() };
}
