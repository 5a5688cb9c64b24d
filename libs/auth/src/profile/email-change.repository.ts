import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { IdentityTakenException } from '../identities/auth.exceptions.js';
import { emailKey } from '../identities/identity-key.js';
import { UserEntity } from '../tables/user.entity.js';
import { NO_PENDING_EMAIL } from '../identities/user.repository.js';

/** A new address that waits for confirmation. */
export interface PendingEmail {
  readonly email: string;
  readonly expiresAt: Date;
  readonly isNewConfirmed: boolean;
  readonly isOldConfirmed: boolean;
}

/** Whose address is to change. */
export interface AddressOwner {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly pending: PendingEmail | undefined;
}

/** Questions about addresses that are to change. */
@Injectable()
export class EmailChangeRepository {
  constructor(private readonly database: Database) {}

  /** Locks the user's row until the transaction ends, so that what is asked and answered about his address goes one after the other. */
  async lock(tx: Transaction, userId: string): Promise<AddressOwner | undefined> {
    const user = await tx.lockOne(UserEntity, { id: userId, deletedAt: IsNull() });
    return user
      ? { id: userId, email: user.email, emailVerified: user.emailVerifiedAt !== null, pending: pendingOf(user) }
      : undefined;
  }

  /** Whether the address belongs to somebody else. */
  isTaken(tx: Transaction, userId: string, email: string): Promise<boolean> {
    return tx.repository(UserEntity).existsBy({ id: Not(userId), emailKey: emailKey(email) });
  }

  /** @param oldConfirmedAt when nobody has to be asked at the present address */
  async propose(
    tx: Transaction,
    userId: string,
    { email, expiresAt, oldConfirmedAt }: { email: string; expiresAt: Date; oldConfirmedAt: Date | null },
  ): Promise<void> {
    const pending = { pendingEmail: email, pendingEmailExpiresAt: expiresAt, newEmailConfirmedAt: null };
    await tx.repository(UserEntity).update({ id: userId }, { ...pending, oldEmailConfirmedAt: oldConfirmedAt });
  }

  async confirm(tx: Transaction, userId: string, which: 'new' | 'old', at: Date): Promise<void> {
    const change = which === 'new' ? { newEmailConfirmedAt: at } : { oldEmailConfirmedAt: at };
    await tx.repository(UserEntity).update({ id: userId }, change);
  }

  /** Puts the address in the place of the present one. @throws IdentityTakenException when it became somebody else's meanwhile */
  async apply(tx: Transaction, userId: string, email: string, at: Date): Promise<void> {
    const change = { email, emailKey: emailKey(email), emailVerifiedAt: at, updatedAt: at, ...NO_PENDING_EMAIL };
    try {
      await tx.repository(UserEntity).update({ id: userId }, change);
    } catch (error) {
      if (isUniqueViolation(error)) throw new IdentityTakenException();
      throw error;
    }
  }

  async drop(tx: Transaction, userId: string): Promise<void> {
    await tx.repository(UserEntity).update({ id: userId }, NO_PENDING_EMAIL);
  }

  /** Drops changes that were not confirmed in time. */
  async dropExpired(): Promise<void> {
    const expired = { pendingEmailExpiresAt: this.database.dialect.past() };
    await this.database.repository(UserEntity).update(expired, NO_PENDING_EMAIL);
  }
}

function pendingOf(user: UserEntity): PendingEmail | undefined {
  const { pendingEmail: email, pendingEmailExpiresAt: expiresAt } = user;
  if (email === null || expiresAt === null) return undefined;
  const { newEmailConfirmedAt, oldEmailConfirmedAt } = user;
  return {
    email,
    expiresAt,
    isNewConfirmed: newEmailConfirmedAt !== null,
    isOldConfirmed: oldEmailConfirmedAt !== null,
  };
}
