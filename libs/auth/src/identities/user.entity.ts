import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '#platform/kernel';

@Entity({ name: 'user_account' })
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  email!: string;

  @Column('text')
  emailKey!: string;

  @Column('timestamptz', { nullable: true })
  emailVerifiedAt!: Date | null;

  /** A new address that waits for confirmation, until `pendingEmailExpiresAt`. */
  @Column('text', { nullable: true })
  pendingEmail!: string | null;

  @Column('timestamptz', { nullable: true })
  pendingEmailExpiresAt!: Date | null;

  /** When the owner of the new address agreed, and that of the present one. */
  @Column('timestamptz', { nullable: true })
  newEmailConfirmedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  oldEmailConfirmedAt!: Date | null;

  @Column('text')
  username!: string;

  @Column('text')
  usernameKey!: string;

  @Column('text', { nullable: true })
  fullName!: string | null;

  @Column('text', { nullable: true })
  fullNameKey!: string | null;

  /** What searches look into; made by the database. */
  @Column({ type: 'text', insert: false, update: false, select: false })
  searchText?: string;

  @Column('text')
  role!: Role;

  @Column('text', { nullable: true })
  passwordHash!: string | null;

  @Column('boolean')
  isActive!: boolean;

  @Column('timestamptz', { nullable: true })
  passwordChangedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  totpConfirmedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  lastLoginAt!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;

  /** Nothing of the person is left but the id. */
  @Column('timestamptz', { nullable: true })
  deletedAt!: Date | null;
}
