import { ApiProperty } from '@nestjs/swagger';
import { type Role, ROLES } from '#platform/kernel';
import type { User } from './user.js';

/** An account, without anything secret. */
export class UserDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  id!: string;
  /** @example ada@example.com */
  email!: string;
  /** Whether it was shown that the address is the owner's. */
  emailVerified!: boolean;
  /** A new address that waits until it was confirmed at both. */
  @ApiProperty({ type: String, nullable: true, example: null })
  pendingEmail!: string | null;
  /** @example ada */
  username!: string;
  /** @example Ada Lovelace */
  @ApiProperty({ type: String, nullable: true })
  fullName!: string | null;
  @ApiProperty({ enum: ROLES, example: 'READ_ONLY' })
  role!: Role;
  /** A switched-off account cannot log in. */
  isActive!: boolean;
  /** Whether logging in takes a second factor. */
  mfaEnabled!: boolean;
  /** @example 2026-11-24T12:00:00.000Z */
  createdAt!: string;
  /** @example 2026-11-24T12:00:00.000Z */
  @ApiProperty({ type: String, nullable: true })
  lastLoginAt!: string | null;
}

/** A page of accounts. */
export class UserPageDto {
  items!: UserDto[];
  /** Cursor of the next page; null on the last. */
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

/** Field by field, so that a new column never shows by itself. */
export function toUserDto(user: User): UserDto {
  const {
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
  } = user;
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
    createdAt: createdAt.toISOString(),
    lastLoginAt: lastLoginAt?.toISOString() ?? null,
  };
}
