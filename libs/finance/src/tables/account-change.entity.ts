import { Entity, ForeignKey, Index } from 'typeorm';
import { Count, Counter, Flag, Instant, Text, Uuid, Whole } from '#platform/database';

@Entity('finance_account_change')
@Index('finance_account_change_block', ['blockNumber'], { type: 'brin' })
export class AccountChangeEntity {
  @ForeignKey('AccountEntity')
  @Counter({ primary: true })
  accountId!: bigint;

  @Whole({ primary: true })
  number!: number;

  @Text()
  name!: string;

  @Flag()
  isClosed!: boolean;

  @Uuid()
  principalId!: string;

  @Instant()
  recordedAt!: Date;

  @Count({ nullable: true })
  blockNumber!: number | null;
}
