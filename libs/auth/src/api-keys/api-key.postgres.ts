import { Injectable } from '@nestjs/common';
import type { Role } from '#platform/kernel';
import { ApiKeyRepository, type ApiKeyStanding } from './api-key.repository.js';

interface StandingRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  parent_id: string | null;
  name: string;
  role: Role;
  ip_allowlist: string[];
  agents: string[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  secret_digest: Buffer;
  secret_changed_at: Date | null;
  username: string;
  owner_role: Role;
}

const STANDING = {
  name: 'api_key_standing',
  text: `SELECT k.*, u.username, u.role AS owner_role
         FROM api_key k JOIN user_account u ON u.id = k.user_id
         WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.is_active`,
};

/** The same for an access token of the key, which may have been revoked by itself. */
const TOKEN_STANDING = {
  name: 'api_key_token_standing',
  text: `${STANDING.text} AND NOT EXISTS (SELECT 1 FROM revoked_token WHERE jti = $2)`,
};

/** Asked with every request that a key authenticates. Bench: `standing of a key`. */
@Injectable()
export class PostgresApiKeyRepository extends ApiKeyRepository {
  override async findStanding(id: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(STANDING, [id]);
    return row && standingFrom(row);
  }

  override async findTokenStanding(id: string, tokenId: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(TOKEN_STANDING, [id, tokenId]);
    return row && standingFrom(row);
  }
}

function standingFrom(row: StandingRow): ApiKeyStanding {
  return {
    id: row.id,
    userId: row.user_id,
    parentId: row.parent_id,
    name: row.name,
    role: row.role,
    ipAllowlist: row.ip_allowlist,
    agents: row.agents,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    secretDigest: row.secret_digest,
    secretChangedAt: row.secret_changed_at ?? row.created_at,
    owner: { username: row.username, role: row.owner_role },
  };
}
