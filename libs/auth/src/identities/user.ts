import type { Role } from '#platform/kernel';

/** A person or program that has an account. */
export interface User {
  readonly id: string;
  readonly email: string;
  /** Whether somebody used a link that was mailed there, or an operator vouched for it. Nothing else is mailed before. */
  readonly emailVerified: boolean;
  /** A new address that waits for confirmation. */
  readonly pendingEmail: string | null;
  readonly username: string;
  readonly fullName: string | null;
  readonly role: Role;
  readonly isActive: boolean;
  /** Whether logging in takes a second factor. */
  readonly mfaEnabled: boolean;
  readonly createdAt: Date;
  readonly lastLoginAt: Date | null;
}

/** Form of a user name: what a mail address never has, so that the two cannot be mistaken for each other. */
export const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,49}$/;
