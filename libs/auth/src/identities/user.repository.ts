import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { type Role, TokenInvalidException } from '#platform/kernel';
import { IdentityTakenException } from './auth.exceptions.js';
import { emailKey, foldCase, formerKey, usernameKey } from './identity-key.js';
import type { User } from './user.js';
import { UserEntity } from '../tables/user.entity.js';

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

/** A user with what is needed to check a password; never leaves the lib. */
export interface UserWithSecret extends User {
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date | null;
}

export interface UserChange {
  role?: Role;
  isActive?: boolean;
  fullName?: string | null;
}

/** Questions about users. */
@Injectable()
export class UserRepository {
  constructor(protected readonly database: Database) {}

  /** @param identifier e-mail address or user name, in any case, composed in any way, with blanks around it or without */
  async findByIdentifier(identifier: string): Promise<UserWithSecret | undefined> {
    const [email, username, former] = [emailKey(identifier), usernameKey(identifier), formerKey(identifier)];
    const users = await this.database
      .repository(UserEntity)
      .findBy([{ emailKey: In([email, former]) }, { usernameKey: In([username, former]) }]);
    const isExact = (user: UserEntity): boolean => user.emailKey === former || user.usernameKey === former;
    const user = users.find(isExact) ?? users[0];
    return user && withSecret(user);
  }

  async findWithSecret(id: string): Promise<UserWithSecret | undefined> {
    const user = await this.database.repository(UserEntity).findOneBy({ id, deletedAt: IsNull() });
    return user ? withSecret(user) : undefined;
  }

  async findById(id: string): Promise<User | undefined> {
    const user = await this.database.repository(UserEntity).findOneBy({ id, deletedAt: IsNull() });
    return user ? userOf(user) : undefined;
  }

  /** Locks the user's row until the transaction ends. */
  async lockById(tx: Transaction, id: string): Promise<User | undefined> {
    const entity = await tx.lockOne(UserEntity, { id, deletedAt: IsNull() });
    return entity ? userOf(entity) : undefined;
  }

  /** Likewise, and nothing can begin to refer to the user: no session is opened meanwhile. */
  async lockToDelete(tx: Transaction, id: string): Promise<User | undefined> {
    const entity = await tx.lockOne(UserEntity, { id, deletedAt: IsNull() }, 'with its references');
    return entity ? userOf(entity) : undefined;
  }

  /** @throws IdentityTakenException when e-mail or user name belongs to somebody */
  async insert(tx: Transaction, user: NewUser): Promise<User> {
    const entity = toEntity(user);
    try {
      await tx.insertMany(UserEntity, [entity]);
    } catch (error) {
      if (isUniqueViolation(error)) throw new IdentityTakenException();
      throw error;
    }
    return userOf(entity);
  }

  /** Like `insert`; false, and nothing written, when e-mail or user name belongs to somebody. */
  async insertIfFree(tx: Transaction, user: NewUser): Promise<boolean> {
    return (await tx.insertMany(UserEntity, [toEntity(user)], { ignore: true })) === 1;
  }

  /** Whether one account has both this address and this user name. */
  async exists(tx: Transaction, email: string, username: string): Promise<boolean> {
    return tx.repository(UserEntity).existsBy({ emailKey: emailKey(email), usernameKey: usernameKey(username) });
  }

  async update(tx: Transaction, id: string, change: UserChange, at: Date): Promise<void> {
    const { fullName } = change;
    const key = fullName === undefined ? {} : { fullNameKey: fullName === null ? null : foldCase(fullName) };
    await tx.repository(UserEntity).update({ id, deletedAt: IsNull() }, { ...change, ...key, updatedAt: at });
  }

  /** Takes everything of the person out of the account; his address and user name are free from then on. */
  async anonymise(tx: Transaction, id: string, at: Date): Promise<void> {
    // No address and no user name has a blank in it.
    const nobody = `deleted ${id}`;
    const names = { email: nobody, emailKey: nobody, username: nobody, usernameKey: nobody };
    await tx.repository(UserEntity).update(
      { id },
      {
        ...names,
        fullName: null,
        fullNameKey: null,
        role: 'READ_ONLY',
        isActive: false,
        passwordHash: null,
        passwordChangedAt: null,
        emailVerifiedAt: null,
        lastLoginAt: null,
        updatedAt: at,
        deletedAt: at,
        ...NO_PENDING_EMAIL,
      },
    );
  }

  /** Replaces a hash by a stronger one, unless the password was changed meanwhile. */
  async replaceHash(id: string, oldHash: string, newHash: string): Promise<void> {
    await this.database.repository(UserEntity).update({ id, passwordHash: oldHash }, { passwordHash: newHash });
  }

  /** Makes a pending change of address void too. @throws TokenInvalidException when the account was deleted meanwhile */
  async setPassword(tx: Transaction, id: string, hash: string, at: Date): Promise<void> {
    const change = { passwordHash: hash, passwordChangedAt: at, updatedAt: at, ...NO_PENDING_EMAIL };
    const { affected } = await tx.repository(UserEntity).update({ id, deletedAt: IsNull() }, change);
    if (affected !== 1) throw new TokenInvalidException();
  }

  /** Notes that the address is its owner's. */
  async verifyEmail(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.repository(UserEntity).update({ id, emailVerifiedAt: IsNull() }, { emailVerifiedAt: at, updatedAt: at });
  }

  async hasPassword(tx: Transaction, id: string): Promise<boolean> {
    return tx.repository(UserEntity).existsBy({ id, passwordHash: Not(IsNull()) });
  }

  async recordLogin(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.repository(UserEntity).update({ id, deletedAt: IsNull() }, { lastLoginAt: at });
  }

  /** Waits until no other transaction counts or changes SUPER_ADMINs; held until this one ends. */
  async lockSuperAdmins(tx: Transaction): Promise<void> {
    await tx.lock('super-admins');
  }

  async hasAnyUser(tx: Transaction): Promise<boolean> {
    return tx.repository(UserEntity).exists();
  }

  /** Whether an active SUPER_ADMIN other than this user exists. */
  async hasOtherSuperAdmin(tx: Transaction, id: string): Promise<boolean> {
    return tx.repository(UserEntity).existsBy({ role: 'SUPER_ADMIN', isActive: true, id: Not(id) });
  }
}

export function withSecret(user: UserEntity): UserWithSecret {
  return { ...userOf(user), passwordHash: user.passwordHash, passwordChangedAt: user.passwordChangedAt };
}

function toEntity(user: NewUser): UserEntity {
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
    totpSecret: null,
    totpConfirmedAt: null,
    totpLastStep: 0n,
    lastLoginAt: null,
    updatedAt: createdAt,
    deletedAt: null,
    ...NO_PENDING_EMAIL,
  };
}

/** A user without what proves that it is he. */
export function userOf(entity: UserEntity): User {
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
