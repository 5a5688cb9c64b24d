import { Check, Entity, Index } from 'typeorm';
import { Count, Id, Instant, Text, Uuid } from '#platform/database';
import type { Outcome } from '../books/transaction.js';

@Entity('finance_settlement')
@Index('finance_settlement_block', ['blockNumber'], { type: 'brin' })
@Check('finance_settlement_check', "(outcome = 'captured') = (capture_id IS NOT NULL)")
@Check('finance_settlement_outcome_check', "outcome IN ('captured', 'voided', 'expired')")
export class SettlementEntity {
  @Id()
  pendingId!: string;

  @Text()
  outcome!: Outcome;

  @Uuid({ nullable: true })
  captureId!: string | null;

  @Instant()
  recordedAt!: Date;

  @Count({ nullable: true })
  blockNumber!: number | null;
}
