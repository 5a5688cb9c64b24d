import type { Role } from '#platform/kernel';
import { emailKey, foldCase, usernameKey } from './identity-key.js';
import type { User } from './user.js';
import type { UserEntity } from './user.entity.js';

export interface NewUser {
  id: string;
  email: string;
  username: string;
  fullName: string | null;
  /** Whether an operator vouches for the address. */
  emailVerified: boolean;
  role: Role;
  /** Left out: true. */
  isActive?: boolean;
  passwordHash: string | null;
  createdAt: Date;
}

/** Nobody waits for a new address. */
export const NO_PENDING_EMAIL = {
  pendingEmail: null,
  pendingEmailExpiresAt: null,
  newEmailConfirmedAt: null,
  oldEmailConfirmedAt: null,
};

export function toEntity(user: NewUser): UserEntity {
  const { emailVerified, createdAt, ...columns } = user;
  return {
    isActive: true,
    ...columns,
    email: user.email.trim(),
    emailKey: emailKey(user.email),
    username: user.username.trim(),
    usernameKey: usernameKey(user.username),
    fullNameKey: user.fullName === null ? null : foldCase(user.fullName),
    createdAt,
    emailVerifiedAt: emailVerified ? createdAt : null,
    passwordChangedAt: user.passwordHash === null ? null : createdAt,
    totpConfirmedAt: null,
    lastLoginAt: null,
    updatedAt: createdAt,
    deletedAt: null,
    ...NO_PENDING_EMAIL,
  };
}

export function fromEntity(entity: UserEntity): User {
  const { id, email, pendingEmail, username, fullName, role, isActive, createdAt, lastLoginAt } = entity;
  const emailVerified = entity.emailVerifiedAt !== null;
  const mfaEnabled = entity.totpConfirmedAt !== null;
  return {
    id,
    email,
    emailVerified,
    pendingEmail,
    username,
    fullName,
    role,
    isActive,
    mfaEnabled,
    createdAt,
    lastLoginAt,
  };
}

/** A user as `fromRow` reads him, of `user_account`. */
export const USER_COLUMNS = `id, email, pending_email, username, full_name, role, is_active, created_at, last_login_at,
  totp_confirmed_at IS NOT NULL AS mfa_enabled, email_verified_at IS NOT NULL AS email_verified`;

export interface UserRow extends Record<string, unknown> {
  id: string;
  email: string;
  pending_email: string | null;
  username: string;
  full_name: string | null;
  role: Role;
  is_active: boolean;
  created_at: Date;
  last_login_at: Date | null;
  mfa_enabled: boolean;
  email_verified: boolean;
}

export function fromRow(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified,
    pendingEmail: row.pending_email,
    username: row.username,
    fullName: row.full_name,
    role: row.role,
    isActive: row.is_active,
    mfaEnabled: row.mfa_enabled,
    createdAt: row.created_at,
    lastLoginAt: row.last_login_at,
  };
}
