import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IsInstant, IsOneLine, PageQueryDto } from '#platform/http';
import { type AccountWithNet, type Balance, type Entry } from './account.service.js';
import type { Statement } from './statement.service.js';
import { ACCOUNT_CODE, ACCOUNT_TYPES, type AccountType, normalSign } from '../books/account.js';
import { formatMoney } from '../books/money.js';
import { IsAmount } from '../books/amount.validator.js';
import { IsDay } from '../books/day.validator.js';

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
  @IsOneLine()
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

/** What is to change; what is left out stays. */
export class UpdateAccountDto {
  /** @example Main bank account, closed in May */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(200)
  name?: string;

  /** Closed, nothing is posted to it any more; false opens it again. */
  @IsOptional()
  @IsBoolean()
  closed?: boolean;
}

/** Which accounts. */
export class AccountQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ACCOUNT_TYPES })
  @IsOptional()
  @IsIn(ACCOUNT_TYPES)
  type?: AccountType;

  @ApiPropertyOptional({ example: 'USD' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code' })
  currency?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only closed ones, or only open ones.' })
  @IsOptional()
  @IsIn(['true', 'false'])
  closed?: 'true' | 'false';

  /**
   * How their codes begin.
   * @example assets:clearing:
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  prefix?: string;

  /**
   * Somewhere in their code or name, in any case.
   * @example bank
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  text?: string;
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
  /** Nothing is posted to it any more. */
  closed!: boolean;
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

/** Which days of an account. */
export class StatementQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    enum: ['effective', 'recorded'],
    default: 'effective',
    description: 'By when things happened, or by when the ledger learned of them.',
  })
  @IsOptional()
  @IsIn(['effective', 'recorded'])
  basis?: 'effective' | 'recorded';

  /** A month; without it, `from` and `to`. */
  @ApiPropertyOptional({ example: '2026-11' })
  @IsOptional()
  @Matches(/^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])$/, { message: 'period must be a month such as 2026-11' })
  period?: string;

  @IsDay({ description: 'First day; the first of the last day’s month when left out.' })
  from?: string;

  @IsDay({ description: 'Last day; today when left out.' })
  to?: string;
}

/** What an account did on some days, earliest first. Money in the account's normal sign. */
export class StatementDto {
  /** @example assets:bank:main */
  account!: string;
  /** @example Main bank account */
  name!: string;
  /** @example USD */
  currency!: string;
  @ApiProperty({ enum: ['effective', 'recorded'], example: 'effective' })
  basis!: 'effective' | 'recorded';
  /** @example 2026-11-01 */
  from!: string;
  /** @example 2026-11-30 */
  to!: string;
  /**
   * Before the first day.
   * @example "1000.00"
   */
  opening!: string;
  /**
   * At the end of the last day.
   * @example "1500.00"
   */
  closing!: string;
  items!: EntryDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** As of which times. */
export class BalanceQueryDto {
  /** What was effective by then, of a day by its end; now when left out. */
  @IsOptional()
  @IsInstant({ required: false })
  effectiveAt?: string;

  /** What was recorded by then, of a day by its end; now when left out. */
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
  const { code, name, type, currency, net, minBalance, maxBalance, metadata, isClosed, createdAt } = account;
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
    closed: isClosed,
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

export function toStatementDto(
  { account, opening, closing, entries, ...of }: Statement,
  nextCursor: string | null,
): StatementDto {
  const { code, name, type, currency } = account;
  const text = (minor: bigint): string => formatMoney(minor * normalSign(type), currency);
  const { basis, from, to } = of;
  return {
    account: code,
    name,
    currency,
    basis,
    from,
    to,
    opening: text(opening),
    closing: text(closing),
    items: entries.map((entry) => toEntryDto(account, entry)),
    nextCursor,
  };
}

export function toBalanceDto({ effectiveAt, knownAt, ...rest }: Balance): BalanceDto {
  return { ...rest, effectiveAt: effectiveAt.toISOString(), knownAt: knownAt.toISOString() };
}
