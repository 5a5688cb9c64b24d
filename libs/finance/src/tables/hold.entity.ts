import { Check, Entity, Index } from 'typeorm';
import { Counter, Instant, Money, Text, Uuid, Whole } from '#platform/database';
import type { TransactionState } from '../books/transaction.js';

@Entity('finance_hold')
@Index('finance_hold_effective', ['accountId', 'effectiveAt', 'version', 'transactionId'])
@Index('finance_hold_kind', ['accountId', 'state', 'kind', 'version', 'transactionId'])
@Index('finance_hold_transaction', ['transactionId'])
@Check('finance_hold_amount_check', 'amount <> 0')
export class HoldEntity {
  @Counter({ primary: true })
  accountId!: bigint;

  @Counter({ primary: true })
  version!: bigint;

  @Uuid({ primary: true })
  transactionId!: string;

  @Money()
  amount!: bigint;

  @Whole({ default: 0 })
  kind!: number;

  @Text({ default: 'pending' })
  state!: TransactionState;

  @Instant({ nullable: true })
  effectiveAt!: Date | null;
}
