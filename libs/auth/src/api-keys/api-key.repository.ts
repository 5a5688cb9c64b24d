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

const LIVING = 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())';

const STANDING = {
  name: 'api_key_standing',
  text: `SELECT k.*, u.username, u.role AS owner_role
         FROM api_key k JOIN user_account u ON u.id = k.user_id
         WHERE k.id = $1 AND ${LIVING} AND u.is_active`,
};

/** The same for an access token of the key, which may have been revoked by itself. */
const TOKEN_STANDING = {
  name: 'api_key_token_standing',
  text: `${STANDING.text} AND NOT EXISTS (SELECT 1 FROM revoked_token WHERE jti = $2)`,
};

/** A key ($1) and all that it made, directly or not. */
const TREE = `WITH RECURSIVE tree AS (
  SELECT id FROM api_key WHERE id = $1 UNION ALL SELECT made.id FROM api_key made JOIN tree ON made.parent_id = tree.id)`;

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

  /** The living keys of a user, newest first; with a parent, only those that it made, directly or not. */
  async listOf(userId: string, parentId?: string): Promise<ApiKey[]> {
    const sql = `${TREE}
      SELECT k.* FROM api_key k WHERE k.user_id = $2 AND ${LIVING} AND ($1::uuid IS NULL OR k.id IN (SELECT id FROM tree WHERE id <> $1))
      ORDER BY k.created_at DESC, k.id DESC LIMIT 100`;
    return (await this.database.query<KeyRow>(sql, [parentId ?? null, userId])).map(fromRow);
  }

  /** A living key of the user, locked until the transaction ends, so that it neither ends nor makes another meanwhile. */
  async lock(tx: Transaction, id: string, userId: string): Promise<ApiKey | undefined> {
    const sql = `SELECT k.* FROM api_key k WHERE k.id = $1 AND k.user_id = $2 AND ${LIVING} FOR NO KEY UPDATE`;
    const [row] = await tx.query<KeyRow>(sql, [id, userId]);
    return row && fromRow(row);
  }

  /** Whether the key still lives; it then goes on living until the transaction ends. */
  async holdLiving(tx: Transaction, id: string): Promise<boolean> {
    const sql = `SELECT 1 FROM api_key k WHERE k.id = $1 AND ${LIVING} FOR SHARE`;
    return (await tx.query(sql, [id])).length === 1;
  }

  /** Whether one key made another, directly or by a key that it made. */
  async isDescendant(tx: Transaction, id: string, ancestorId: string): Promise<boolean> {
    const sql = `${TREE} SELECT 1 FROM tree WHERE id = $2 AND id <> $1`;
    return (await tx.query(sql, [ancestorId, id])).length === 1;
  }

  async replaceSecret(tx: Transaction, id: string, digest: Buffer): Promise<void> {
    await tx.execute('UPDATE api_key SET secret_digest = $2, secret_changed_at = now() WHERE id = $1', [id, digest]);
  }

  /**
   * Ends a key and all that it made. A key may be making another just now, which this statement does not see yet: it waits for that
   * key's row, and is repeated until nothing is left.
   *
   * @returns the ids of the keys that ended
   */
  async revokeTree(tx: Transaction, id: string): Promise<string[]> {
    const sql = `${TREE} UPDATE api_key k SET revoked_at = now() FROM tree WHERE k.id = tree.id AND k.revoked_at IS NULL RETURNING k.id`;
    const ended: string[] = [];
    for (;;) {
      const rows = await tx.query<{ id: string }>(sql, [id]);
      if (rows.length === 0) return ended;
      ended.push(...rows.map((row) => row.id));
    }
  }

  /** Ends every key of a user; the ids of those that ended. A key that is made meanwhile waits for its maker's row, and is found then. */
  async revokeAllOf(tx: Transaction, userId: string): Promise<string[]> {
    const sql = 'UPDATE api_key SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL RETURNING id';
    const ended: string[] = [];
    for (;;) {
      const rows = await tx.query<{ id: string }>(sql, [userId]);
      if (rows.length === 0) return ended;
      ended.push(...rows.map((row) => row.id));
    }
  }

  /** Removes the keys of a user, also those made meanwhile; the ids of those that had not ended. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<string[]> {
    const ended = await this.revokeAllOf(tx, userId);
    await tx.execute('DELETE FROM api_key WHERE user_id = $1', [userId]);
    return ended;
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
