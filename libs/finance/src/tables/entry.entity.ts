import { Check, Entity, Index } from 'typeorm';
import { Counter, Instant, Money, Uuid, Whole } from '#platform/database';

@Entity('finance_entry')
@Index('finance_entry_effective_version', ['accountId', 'effectiveAt', 'version'])
@Index('finance_entry_kind', ['accountId', 'kind', 'version'])
@Check('finance_entry_amount_check', 'amount <> 0')
export class EntryEntity {
  @Counter({ primary: true })
  accountId!: bigint;

  @Counter({ primary: true })
  version!: bigint;

  @Uuid()
  transactionId!: string;

  @Money()
  amount!: bigint;

  @Money()
  netAfter!: bigint;

  @Instant()
  effectiveAt!: Date;

  @Instant()
  recordedAt!: Date;

  @Whole({ default: 0 })
  kind!: number;
}
