import { Injectable } from '@nestjs/common';
import type { Role } from '#platform/kernel';
import type { User } from './user.js';
import { UserRepository } from './user.repository.js';

const BY_ID = {
  name: 'auth_user_by_id',
  text: `SELECT id, email, pending_email, username, full_name, role, is_active, created_at, last_login_at,
                totp_confirmed_at IS NOT NULL AS mfa_enabled, email_verified_at IS NOT NULL AS email_verified
         FROM user_account WHERE id = $1 AND deleted_at IS NULL`,
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

/** Who is calling: a frontend asks it more often than anything else. Bench: `one user`. */
@Injectable()
export class PostgresUserRepository extends UserRepository {
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
