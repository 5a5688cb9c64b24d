import { Entity, ForeignKey, Index, Unique } from 'typeorm';
import { Instant, SequenceId, Text, Uuid, Whole } from '#platform/database';
import type { AlertEntity } from './alert.entity.js';

@Entity('error_alert_delivery')
@Index('error_alert_delivery_by_alert', ['alertId', 'id'])
@Index('error_alert_delivery_correlation', ['correlationId', 'id'], { where: 'correlation_id IS NOT NULL' })
@Index('error_alert_delivery_next', ['alertId', 'nextAttemptAt'], { where: 'next_attempt_at IS NOT NULL' })
@Unique(['alertId', 'groupId', 'occasion'])
export class AlertDeliveryEntity {
  @SequenceId()
  id!: bigint;

  @ForeignKey('AlertEntity', { onDelete: 'CASCADE' })
  @Uuid()
  alertId!: string;

  @ForeignKey('ErrorGroupEntity')
  @Uuid()
  groupId!: string;

  @Text()
  event!: AlertEntity['event'];

  @Text()
  occasion!: string;

  @Whole({ default: 0 })
  attempts!: number;

  @Instant({ nullable: true })
  nextAttemptAt!: Date | null;

  @Instant({ nullable: true })
  deliveredAt!: Date | null;

  @Whole({ nullable: true })
  lastStatus!: number | null;

  @Text({ nullable: true })
  lastError!: string | null;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @Text({ nullable: true })
  correlationId!: string | null;
}
