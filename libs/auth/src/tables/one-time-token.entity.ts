import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Bytes, Instant, Text, Uuid } from '#platform/database';

@Entity('one_time_token')
@Index('one_time_token_expiry', ['expiresAt'])
@Index('one_time_token_mailbox', ['mailbox', 'createdAt'])
@Index('one_time_token_user', ['userId'])
@Check(
  'one_time_token_purpose_check',
  "purpose IN ('password_reset', 'invitation', 'email_verification', 'new_email', 'old_email')",
)
export class OneTimeTokenEntity {
  @Bytes({ primary: true })
  digest!: Buffer;

  @ForeignKey('UserEntity', { onDelete: 'CASCADE' })
  @Uuid()
  userId!: string;

  @Text()
  purpose!: string;

  @Instant()
  createdAt!: Date;

  @Instant()
  expiresAt!: Date;

  @Instant({ nullable: true })
  usedAt!: Date | null;

  @Text()
  mailbox!: string;
}
