import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import { type Role, TokenInvalidException } from '#platform/kernel';
import { IdentityTakenException } from './auth.exceptions.js';
import { emailKey, foldCase, formerKey, usernameKey } from './identity-key.js';
import type { User } from './user.js';
import { UserEntity } from './user.entity.js';
import {
  fromEntity,
  fromRow,
  type NewUser,
  NO_PENDING_EMAIL,
  toEntity,
  USER_COLUMNS,
  type UserRow,
} from './user-mapping.postgres.js';

export type { NewUser } from './user-mapping.postgres.js';

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

/** Serialises what must see every SUPER_ADMIN at once: bootstrapping, demotion, deactivation. */
const SUPER_ADMIN_LOCK = 7_391_840_216;

const SECRET_COLUMNS = `${USER_COLUMNS}, password_hash, password_changed_at`;

const BY_ID = {
  name: 'auth_user_by_id',
  text: `SELECT ${USER_COLUMNS} FROM user_account WHERE id = $1 AND deleted_at IS NULL`,
};

const RECORD_LOGIN = {
  name: 'auth_user_record_login',
  text: 'UPDATE user_account SET last_login_at = $2 WHERE id = $1 AND deleted_at IS NULL',
};

const BY_IDENTIFIER = {
  name: 'auth_user_by_identifier',
  text: `SELECT ${SECRET_COLUMNS} FROM user_account WHERE email_key IN ($1, $3) OR username_key IN ($2, $3)
         ORDER BY email_key = $3 OR username_key = $3 DESC LIMIT 1`,
};

const WITH_SECRET = {
  name: 'auth_user_with_secret',
  text: `SELECT ${SECRET_COLUMNS} FROM user_account WHERE id = $1 AND deleted_at IS NULL`,
};

interface SecretUserRow extends UserRow {
  password_hash: string | null;
  password_changed_at: Date | null;
}

/** Questions about users. */
@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  /** @param identifier e-mail address or user name, in any case, composed in any way, with blanks around it or without */
  async findByIdentifier(identifier: string): Promise<UserWithSecret | undefined> {
    const keys = [emailKey(identifier), usernameKey(identifier), formerKey(identifier)];
    const [row] = await this.database.query<SecretUserRow>(BY_IDENTIFIER, keys);
    return row && withSecret(row);
  }

  async findWithSecret(id: string): Promise<UserWithSecret | undefined> {
    const [row] = await this.database.query<SecretUserRow>(WITH_SECRET, [id]);
    return row && withSecret(row);
  }

  async findById(id: string): Promise<User | undefined> {
    const [row] = await this.database.query<UserRow>(BY_ID, [id]);
    return row && fromRow(row);
  }

  /** Locks the user's row until the transaction ends. */
  async lockById(tx: Transaction, id: string): Promise<User | undefined> {
    const where = { id, deletedAt: IsNull() };
    const entity = await tx.manager.findOne(UserEntity, { where, lock: { mode: 'pessimistic_write' } });
    return entity ? fromEntity(entity) : undefined;
  }

  /** @throws IdentityTakenException when e-mail or user name belongs to somebody */
  async insert(tx: Transaction, user: NewUser): Promise<User> {
    const entity = toEntity(user);
    try {
      await tx.manager.insert(UserEntity, entity);
    } catch (error) {
      if (isUniqueViolation(error)) throw new IdentityTakenException();
      throw error;
    }
    return fromEntity(entity);
  }

  /** Like `insert`; false, and nothing written, when e-mail or user name belongs to somebody. */
  async insertIfFree(tx: Transaction, user: NewUser): Promise<boolean> {
    const result: { raw: unknown } = await tx.manager
      .createQueryBuilder()
      .insert()
      .into(UserEntity)
      .values(toEntity(user))
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length > 0;
  }

  /** Whether one account has both this address and this user name. */
  async exists(tx: Transaction, email: string, username: string): Promise<boolean> {
    return tx.manager.existsBy(UserEntity, { emailKey: emailKey(email), usernameKey: usernameKey(username) });
  }

  async update(tx: Transaction, id: string, change: UserChange, at: Date): Promise<void> {
    const { fullName } = change;
    const key = fullName === undefined ? {} : { fullNameKey: fullName === null ? null : foldCase(fullName) };
    await tx.manager.update(UserEntity, { id, deletedAt: IsNull() }, { ...change, ...key, updatedAt: at });
  }

  /** Takes everything of the person out of the account; his address and user name are free from then on. */
  async anonymise(tx: Transaction, id: string, at: Date): Promise<void> {
    // No address and no user name has a blank in it.
    const nobody = `deleted ${id}`;
    const names = { email: nobody, emailKey: nobody, username: nobody, usernameKey: nobody };
    await tx.manager.update(
      UserEntity,
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
    await this.database.execute('UPDATE user_account SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
      id,
      oldHash,
      newHash,
    ]);
  }

  /** Makes a pending change of address void too. @throws TokenInvalidException when the account was deleted meanwhile */
  async setPassword(tx: Transaction, id: string, hash: string, at: Date): Promise<void> {
    const change = { passwordHash: hash, passwordChangedAt: at, updatedAt: at, ...NO_PENDING_EMAIL };
    const { affected } = await tx.manager.update(UserEntity, { id, deletedAt: IsNull() }, change);
    if (affected !== 1) throw new TokenInvalidException();
  }

  /** Notes that the address is its owner's. */
  async verifyEmail(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.manager.update(UserEntity, { id, emailVerifiedAt: IsNull() }, { emailVerifiedAt: at, updatedAt: at });
  }

  async hasPassword(tx: Transaction, id: string): Promise<boolean> {
    return tx.manager.existsBy(UserEntity, { id, passwordHash: Not(IsNull()) });
  }

  async recordLogin(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.execute(RECORD_LOGIN, [id, at]);
  }

  /** Waits until no other transaction counts or changes SUPER_ADMINs; held until this one ends. */
  async lockSuperAdmins(tx: Transaction): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [SUPER_ADMIN_LOCK]);
  }

  async hasAnyUser(tx: Transaction): Promise<boolean> {
    return (await tx.query('SELECT 1 FROM user_account LIMIT 1')).length > 0;
  }

  /** Whether an active SUPER_ADMIN other than this user exists. */
  async hasOtherSuperAdmin(tx: Transaction, id: string): Promise<boolean> {
    const sql = `SELECT 1 FROM user_account WHERE role = 'SUPER_ADMIN' AND is_active AND id <> $1 LIMIT 1`;
    return (await tx.query(sql, [id])).length > 0;
  }
}

function withSecret(row: SecretUserRow): UserWithSecret {
  return { ...fromRow(row), passwordHash: row.password_hash, passwordChangedAt: row.password_changed_at };
}
