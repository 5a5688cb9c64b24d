import { Entity, ForeignKey, Index } from 'typeorm';
import { Counter, Flag, Id, Instant, Text, Uuid } from '#platform/database';

@Entity('auth_session')
@Index('auth_session_expiry', ['expiresAt'])
@Index('auth_session_user', ['userId'], { where: 'revoked_at IS NULL' })
export class SessionEntity {
  @Id()
  id!: string;

  @ForeignKey('UserEntity', { onDelete: 'CASCADE' })
  @Uuid()
  userId!: string;

  @Text()
  refreshKey!: string;

  @Counter({ default: 0 })
  refreshCounter!: bigint;

  @Instant()
  rotatedAt!: Date;

  @Instant()
  createdAt!: Date;

  @Instant()
  lastSeenAt!: Date;

  @Instant()
  expiresAt!: Date;

  @Instant({ nullable: true })
  revokedAt!: Date | null;

  @Text({ nullable: true })
  revokeReason!: string | null;

  @Text({ nullable: true })
  ip!: string | null;

  @Text({ nullable: true })
  userAgent!: string | null;

  @Flag({ default: false })
  isRemembered!: boolean;

  @Instant({ default: () => 'now()' })
  provenAt!: Date;
}
