import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { rankOf, type Role } from '#platform/kernel';
import { type Standing, UserStanding } from '#platform/security';

type Row = { role: Role; is_active: boolean; key_role: Role | null };

const STANDING = {
  name: 'user_standing',
  text: `SELECT u.role, u.is_active, k.role AS key_role FROM user_account u
         LEFT JOIN api_key k ON k.user_id = u.id AND k.id = $2 AND k.revoked_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > now())
         WHERE u.id = $1 AND u.deleted_at IS NULL`,
};

/** What a user, or one of his keys, may do now. */
@Injectable()
export class UserStandingRepository extends UserStanding {
  constructor(private readonly database: Database) {
    super();
  }

  override async of(userId: string, keyId: string | null): Promise<Standing> {
    const [row] = await this.database.query<Row>(STANDING, [userId, keyId]);
    if (!row) return { lost: 'user_deleted' };
    if (!row.is_active) return { lost: 'user_inactive' };
    if (keyId === null) return { role: row.role };
    if (row.key_role === null) return { lost: 'key_ended' };
    return { role: rankOf(row.key_role) < rankOf(row.role) ? row.key_role : row.role };
  }
}
