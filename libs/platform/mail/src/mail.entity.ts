import { Entity, Index } from 'typeorm';
import { Id, Instant, Text, Whole } from '#platform/database';

@Entity('mail_outbox')
@Index('mail_outbox_correlation', ['correlationId', 'createdAt', 'id'], { where: 'correlation_id IS NOT NULL' })
@Index('mail_outbox_due', ['nextAttemptAt'], { where: '(sent_at IS NULL) AND (failed_at IS NULL)' })
export class MailEntity {
  @Id()
  id!: string;

  @Text({ nullable: true })
  message!: string | null;

  @Instant()
  createdAt!: Date;

  @Instant()
  expiresAt!: Date;

  @Whole({ default: 0 })
  attempts!: number;

  @Instant()
  nextAttemptAt!: Date;

  @Instant({ nullable: true })
  sentAt!: Date | null;

  @Instant({ nullable: true })
  failedAt!: Date | null;

  @Text({ nullable: true })
  lastError!: string | null;

  @Text({ nullable: true })
  correlationId!: string | null;
}
