import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';

/** An API key without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly ipAllowlist: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A key as authentication needs it, with the standing of its owner. */
export interface ApiKeyStanding extends ApiKey {
  readonly secretDigest: Buffer;
  readonly owner: { username: string; role: Role };
}

export interface NewApiKey {
  id: string;
  userId: string;
  name: string;
  secretDigest: Buffer;
  role: Role;
  ipAllowlist: readonly string[];
  createdAt: Date;
  expiresAt: Date | null;
}

interface KeyRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  name: string;
  role: Role;
  ip_allowlist: string[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

interface StandingRow extends KeyRow {
  secret_digest: Buffer;
  username: string;
  owner_role: Role;
}

const STANDING = {
  name: 'api_key_standing',
  text: `SELECT k.*, u.username, u.role AS owner_role
         FROM api_key k JOIN user_account u ON u.id = k.user_id
         WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.is_active`,
};

/** Questions about API keys. */
@Injectable()
export class ApiKeyRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, key: NewApiKey): Promise<void> {
    const { id, userId, name, secretDigest, role, ipAllowlist, createdAt, expiresAt } = key;
    await tx.execute(
      `INSERT INTO api_key (id, user_id, name, secret_digest, role, ip_allowlist, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, userId, name, secretDigest, role, ipAllowlist, createdAt, expiresAt],
    );
  }

  /** A key that may be used: not revoked, not expired, owner active. */
  async findStanding(id: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(STANDING, [id]);
    return (
      row && {
        ...fromRow(row),
        secretDigest: row.secret_digest,
        owner: { username: row.username, role: row.owner_role },
      }
    );
  }

  async listOf(userId: string): Promise<ApiKey[]> {
    const sql = 'SELECT * FROM api_key WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 100';
    return (await this.database.query<KeyRow>(sql, [userId])).map(fromRow);
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

function fromRow(row: KeyRow): ApiKey {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    role: row.role,
    ipAllowlist: row.ip_allowlist,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
