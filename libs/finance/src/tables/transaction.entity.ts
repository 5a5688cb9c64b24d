import { Check, Entity, Index } from 'typeorm';
import { Count, Id, Instant, Json, Money, Text, Uuid, Whole } from '#platform/database';
import type { Channel, StoredPosting, Transaction, TransactionState } from '../books/transaction.js';

@Entity('finance_transaction')
@Index('finance_transaction_block', ['blockNumber'], { type: 'brin' })
@Index('finance_transaction_correlation', ['correlationId', 'recordedAt', 'id'], {
  where: 'correlation_id IS NOT NULL',
})
@Index('finance_transaction_creator_kind', ['createdBy', 'kind', 'state', 'recordedAt', 'id'], {
  where: 'created_by IS NOT NULL',
})
@Index('finance_transaction_customer_kind', ['customerId', 'kind', 'state', 'recordedAt', 'id'], {
  where: 'customer_id IS NOT NULL',
})
@Index('finance_transaction_expiry', ['expiresAt'], { where: "(state = 'pending') AND (expires_at IS NOT NULL)" })
@Index('finance_transaction_kind_effective', ['kind', 'state', 'effectiveAt', 'id'])
@Index('finance_transaction_kind_recorded', ['kind', 'state', 'recordedAt', 'id'])
@Index('finance_transaction_order', ['orderId', 'id'], { where: 'order_id IS NOT NULL' })
@Index('finance_transaction_original', ['originalTransactionId'], { where: 'original_transaction_id IS NOT NULL' })
@Index('finance_transaction_recorded', ['recordedAt', 'id'])
@Check('finance_transaction_amount_check', "(amount > 0) OR ((amount = 0) AND (type IN ('sale', 'reversal')))")
@Check('finance_transaction_currency_check', "currency ~ '^[A-Z]{3}$'")
@Check('finance_transaction_state_check', "state IN ('posted', 'pending', 'captured', 'voided', 'expired')")
@Check(
  'finance_transaction_type_check',
  "type IN ('sale', 'refund', 'purchase', 'adjustment', 'transfer', 'expense', 'revenue', 'journal', 'reversal')",
)
export class TransactionEntity {
  @Id()
  id!: string;

  @Text()
  type!: Transaction['type'];

  @Text()
  state!: TransactionState;

  @Money()
  amount!: bigint;

  @Text()
  currency!: string;

  @Text({ nullable: true })
  channel!: Channel | null;

  @Text({ nullable: true })
  orderId!: string | null;

  @Text({ nullable: true })
  customerId!: string | null;

  @Uuid({ nullable: true })
  originalTransactionId!: string | null;

  @Text({ nullable: true })
  description!: string | null;

  @Json()
  postings!: StoredPosting[];

  @Json({ default: {} })
  details!: Readonly<Record<string, unknown>>;

  @Instant()
  effectiveAt!: Date;

  @Instant()
  recordedAt!: Date;

  @Instant({ nullable: true })
  expiresAt!: Date | null;

  @Count({ nullable: true })
  blockNumber!: number | null;

  @Whole({ default: 0 })
  kind!: number;

  @Uuid({ nullable: true })
  createdBy!: string | null;

  @Text({ nullable: true })
  correlationId!: string | null;
}
