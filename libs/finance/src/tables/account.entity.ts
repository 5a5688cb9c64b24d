import { Check, Entity, Index, Unique } from 'typeorm';
import { Count, Instant, Json, Money, SequenceId, Text } from '#platform/database';
import type { AccountType } from '../books/account.js';

@Entity('finance_account')
@Index('finance_account_block', ['blockNumber'], { type: 'brin' })
@Check('finance_account_check', '(min_balance IS NULL) OR (max_balance IS NULL) OR (min_balance <= max_balance)')
@Unique(['code'])
@Check('finance_account_currency_check', "currency ~ '^[A-Z]{3}$'")
@Check('finance_account_type_check', "type IN ('asset', 'liability', 'equity', 'revenue', 'expense')")
export class AccountEntity {
  @SequenceId()
  id!: bigint;

  @Text()
  code!: string;

  @Text()
  name!: string;

  @Text()
  type!: AccountType;

  @Text()
  currency!: string;

  @Money({ nullable: true })
  minBalance!: bigint | null;

  @Money({ nullable: true })
  maxBalance!: bigint | null;

  @Json({ default: {} })
  metadata!: Readonly<Record<string, unknown>>;

  @Instant()
  createdAt!: Date;

  @Count({ nullable: true })
  blockNumber!: number | null;
}
