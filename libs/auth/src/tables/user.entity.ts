import type { Role } from '#platform/kernel';
import { Check, Entity, Index } from 'typeorm';
import { Counter, Flag, Id, Instant, Text } from '#platform/database';

@Entity('user_account')
@Index('user_account_by_email_key', ['emailKey'], { unique: true })
@Index('user_account_by_role', ['role', 'createdAt', 'id'], { where: 'deleted_at IS NULL' })
@Index('user_account_by_role_and_state', ['role', 'isActive', 'createdAt', 'id'], { where: 'deleted_at IS NULL' })
@Index('user_account_by_state', ['isActive', 'createdAt', 'id'], { where: 'deleted_at IS NULL' })
@Index('user_account_by_username_key', ['usernameKey'], { unique: true })
@Index('user_account_newest', ['createdAt', 'id'], { where: 'deleted_at IS NULL' })
@Index('user_account_text', ['searchText'], { type: 'gin' })
@Check(
  'user_account_deleted',
  '(deleted_at IS NULL) OR ((NOT is_active) AND (password_hash IS NULL) AND (totp_secret IS NULL) AND (full_name IS NULL) AND (full_name_key IS NULL))',
)
@Check(
  'user_account_pending_email',
  '((pending_email IS NULL) = (pending_email_expires_at IS NULL)) AND ((deleted_at IS NULL) OR (pending_email IS NULL))',
)
@Check('user_account_role_check', "role IN ('READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')")
export class UserEntity {
  @Id()
  id!: string;

  @Text()
  email!: string;

  @Text()
  username!: string;

  @Text({ nullable: true })
  fullName!: string | null;

  @Text()
  role!: Role;

  @Text({ nullable: true })
  passwordHash!: string | null;

  @Flag({ default: true })
  isActive!: boolean;

  @Instant({ nullable: true })
  passwordChangedAt!: Date | null;

  @Instant({ nullable: true })
  lastLoginAt!: Date | null;

  @Instant()
  createdAt!: Date;

  @Instant()
  updatedAt!: Date;

  @Text({ nullable: true })
  totpSecret!: string | null;

  @Instant({ nullable: true })
  totpConfirmedAt!: Date | null;

  @Counter({ default: 0 })
  totpLastStep!: bigint;

  @Instant({ nullable: true })
  emailVerifiedAt!: Date | null;

  @Text()
  emailKey!: string;

  @Text()
  usernameKey!: string;

  @Text({ nullable: true })
  fullNameKey!: string | null;

  /** Nothing of the person is left but the id. */
  @Instant({ nullable: true })
  deletedAt!: Date | null;

  /** What searches look into; made by the database. */
  @Text({ madeOf: "' ' || email_key || ' ' || username_key || ' ' || COALESCE(full_name_key, '')", select: false })
  searchText?: string;

  /** A new address that waits for confirmation, until `pendingEmailExpiresAt`. */
  @Text({ nullable: true })
  pendingEmail!: string | null;

  @Instant({ nullable: true })
  pendingEmailExpiresAt!: Date | null;

  /** When the owner of the new address agreed, and that of the present one. */
  @Instant({ nullable: true })
  newEmailConfirmedAt!: Date | null;

  @Instant({ nullable: true })
  oldEmailConfirmedAt!: Date | null;
}
