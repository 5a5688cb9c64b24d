import { Entity, ForeignKey } from 'typeorm';
import { Counter, Flag, Money, Text } from '#platform/database';

@Entity('finance_balance')
export class BalanceEntity {
  @ForeignKey('AccountEntity')
  @Counter({ primary: true })
  accountId!: bigint;

  @Money({ default: 0 })
  net!: bigint;

  @Money({ default: 0 })
  heldDebits!: bigint;

  @Money({ default: 0 })
  heldCredits!: bigint;

  @Counter({ default: 0 })
  version!: bigint;

  @Text({ nullable: true })
  name!: string | null;

  @Flag({ default: false })
  isClosed!: boolean;
}
