import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';

/** An API key without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  /** The key that made it; `null` when a person did. It ends with that key. */
  readonly parentId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly ipAllowlist: string[];
  /** Slugs of the agents whose tasks it may lease; empty is all that its role may execute. */
  readonly agents: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A key as authentication needs it, with the standing of its owner. */
export interface ApiKeyStanding extends ApiKey {
  readonly secretDigest: Buffer;
  readonly secretChangedAt: Date;
  readonly owner: { username: string; role: Role };
}

export interface NewApiKey {
  id: string;
  userId: string;
  parentId: string | null;
  name: string;
  secretDigest: Buffer;
  role: Role;
  ipAllowlist: readonly string[];
  agents: readonly string[];
  createdAt: Date;
  expiresAt: Date | null;
}

interface KeyRow extends Record<string, unknown> {
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
}

interface StandingRow extends KeyRow {
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

/** Questions about API keys. */
@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, key: NewApiKey): Promise<void> {
    const { id, userId, parentId, name, secretDigest, role, ipAllowlist, agents, createdAt, expiresAt } = key;
    await tx.execute(
      `INSERT INTO api_key (id, user_id, parent_id, name, secret_digest, role, ip_allowlist, agents, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [id, userId, parentId, name, secretDigest, role, ipAllowlist, agents, createdAt, expiresAt],
    );
  }

  /** A key that may be used: not revoked, not expired, owner active. */
  async findStanding(id: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(STANDING, [id]);
    return row && standingFrom(row);
  }

  /** A key whose access token with this `jti` may be used. */
  async findTokenStanding(id: string, tokenId: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(TOKEN_STANDING, [id, tokenId]);
    return row && standingFrom(row);
  }

  /** Refuses an access token of a key from now on; kept until it would have expired. */
  async revokeToken(tokenId: string, expiresAt: Date): Promise<void> {
    const sql = 'INSERT INTO revoked_token (jti, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING';
    await this.database.execute(sql, [tokenId, expiresAt]);
  }

  deleteExpiredRevocations(): Promise<number> {
    return this.database.execute('DELETE FROM revoked_token WHERE expires_at < now()');
  }

  async listOf(userId: string): Promise<ApiKey[]> {
    const sql = 'SELECT * FROM api_key WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 100';
    return (await this.database.query<KeyRow>(sql, [userId])).map(fromRow);
  }

  /** Gives a living key of the user another secret; `undefined` when there is none. */
  async replaceSecret(tx: Transaction, id: string, userId: string, digest: Buffer): Promise<ApiKey | undefined> {
    const sql = `UPDATE api_key SET secret_digest = $3, secret_changed_at = now()
                 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                 RETURNING *`;
    const [row] = await tx.query<KeyRow>(sql, [id, userId, digest]);
    return row && fromRow(row);
  }

  /** False when the user has no such living key. */
  async revoke(tx: Transaction, id: string, userId: string): Promise<boolean> {
    const sql = 'UPDATE api_key SET revoked_at = now() WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL';
    return (await tx.execute(sql, [id, userId])) === 1;
  }

  /** Notes the use of a key, at most once a minute, so that a busy key is not written on every request. */
  async touch(id: string): Promise<void> {
    await this.database.execute(
      `UPDATE api_key SET last_used_at = now()
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
      [id],
    );
  }
}

function standingFrom(row: StandingRow): ApiKeyStanding {
  const owner = { username: row.username, role: row.owner_role };
  const secretChangedAt = row.secret_changed_at ?? row.created_at;
  return { ...fromRow(row), secretDigest: row.secret_digest, secretChangedAt, owner };
}

function fromRow(row: KeyRow): ApiKey {
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
  };
}
