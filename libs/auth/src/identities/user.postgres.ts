import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';
import type { User } from './user.js';
import { UserEntity } from '../tables/user.entity.js';
import { emailKey, formerKey, usernameKey } from './identity-key.js';
import { UserRepository, type UserWithSecret, withSecret } from './user.repository.js';

const BY_ID = {
  name: 'auth_user_by_id',
  text: `SELECT id, email, pending_email, username, full_name, role, is_active, created_at, last_login_at,
                totp_confirmed_at IS NOT NULL AS mfa_enabled, email_verified_at IS NOT NULL AS email_verified
         FROM user_account WHERE id = $1 AND deleted_at IS NULL`,
};

const BY_IDENTIFIER = {
  name: 'auth_user_by_identifier',
  text: `SELECT * FROM user_account WHERE email_key IN ($1, $3) OR username_key IN ($2, $3)
         ORDER BY email_key = $3 OR username_key = $3 DESC LIMIT 1`,
};

const RECORD_LOGIN = {
  name: 'auth_user_record_login',
  text: 'UPDATE user_account SET last_login_at = $2 WHERE id = $1 AND deleted_at IS NULL',
};

interface UserRow extends Record<string, unknown> {
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

/** Who is calling, which a frontend asks more often than anything else, and who logs in. Bench: `one user`, `a login`. */
@Injectable()
export class PostgresUserRepository extends UserRepository {
  override async findByIdentifier(identifier: string): Promise<UserWithSecret | undefined> {
    const keys = [emailKey(identifier), usernameKey(identifier), formerKey(identifier)];
    const [user] = await this.database.queryEntities(UserEntity, BY_IDENTIFIER, keys);
    return user && withSecret(user);
  }

  override async recordLogin(tx: Transaction, id: string, at: Date): Promise<void> {
    await tx.execute(RECORD_LOGIN, [id, at]);
  }

  override async findById(id: string): Promise<User | undefined> {
    const [row] = await this.database.query<UserRow>(BY_ID, [id]);
    return (
      row && {
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
      }
    );
  }
}
