import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';

/** Why a session ended before its time. */
export type RevokeReason =
  | 'logout'
  | 'logout_everywhere'
  | 'refresh_reuse'
  | 'role_changed'
  | 'deactivated'
  | 'password_changed'
  | 'revoked_by_user'
  | 'revoked_by_admin'
  | 'token_revoked';

export interface NewSession {
  id: string;
  userId: string;
  /** The session's refresh key, encrypted. */
  refreshKey: string;
  createdAt: Date;
  expiresAt: Date;
  ip: string | undefined;
  userAgent: string | undefined;
  isRemembered: boolean;
}

/** A session as its owner sees it. */
export interface SessionSummary {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

/** What a living access token is checked against. */
export interface SessionStanding extends SessionOwner {
  /** When the person last proved himself by password or code. */
  provenAt: Date;
}

interface SessionOwner {
  userId: string;
  username: string;
  role: Role;
}

/** A session as refreshing sees it. */
export interface RefreshState extends SessionOwner {
  refreshKey: string;
  counter: bigint;
  /** Seconds since the last rotation, by the database's clock. */
  secondsSinceRotation: number;
  isRemembered: boolean;
  endsInSeconds: number;
  isLive: boolean;
}

const INSERT = {
  name: 'auth_session_insert',
  text: `INSERT INTO auth_session
           (id, user_id, refresh_key, rotated_at, created_at, last_seen_at, proven_at, expires_at, ip, user_agent, is_remembered)
         VALUES ($1, $2, $3, $4, $4, $4, $4, $5, $6, $7, $8)`,
};

const STANDING = {
  name: 'auth_session_standing',
  text: `SELECT u.id, u.username, u.role, s.proven_at
         FROM auth_session s JOIN user_account u ON u.id = s.user_id
         WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active`,
};

const REFRESH_STATE = {
  name: 'auth_session_refresh_state',
  text: `SELECT u.id, u.username, u.role, s.refresh_key, s.refresh_counter, s.is_remembered,
                extract(epoch FROM now() - s.rotated_at)::float8 AS age,
                extract(epoch FROM s.expires_at - now())::int AS ends_in,
                (s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active) AS is_live
         FROM auth_session s JOIN user_account u ON u.id = s.user_id
         WHERE s.id = $1`,
};

/** One compare-and-swap: of many parallel refreshes with one token exactly one finds the counter it expects. */
const ROTATE = {
  name: 'auth_session_rotate',
  text: `UPDATE auth_session SET refresh_counter = refresh_counter + 1, rotated_at = now(), last_seen_at = now()
         WHERE id = $1 AND refresh_counter = $2 AND revoked_at IS NULL AND expires_at > now()`,
};

const LIVING = {
  name: 'auth_session_living',
  text: `SELECT id, created_at, last_seen_at, expires_at, ip, user_agent FROM auth_session
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY last_seen_at DESC LIMIT 200`,
};

interface SummaryRow extends Record<string, unknown> {
  id: string;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  ip: string | null;
  user_agent: string | null;
}

interface OwnerRow extends Record<string, unknown> {
  id: string;
  username: string;
  role: Role;
}

interface StandingRow extends OwnerRow {
  proven_at: Date;
}

interface RefreshRow extends OwnerRow {
  refresh_key: string;
  refresh_counter: string;
  age: number;
  ends_in: number;
  is_remembered: boolean;
  is_live: boolean;
}

/** Questions about login sessions. */
@Injectable()
export class SessionRepository {
  /** The key that makes the refresh tokens of a session, by session. */
  readonly refreshKeys: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.refreshKeys = columns.add({ table: 'auth_session', column: 'refresh_key', key: ['id'] });
  }

  async insert(tx: Transaction, session: NewSession): Promise<void> {
    const { id, userId, refreshKey, createdAt, expiresAt, ip, userAgent, isRemembered } = session;
    const values = [id, userId, refreshKey, createdAt, expiresAt, ip ?? null, userAgent ?? null, isRemembered];
    await tx.execute(INSERT, values);
  }

  /** The user behind a session that still stands; `undefined` once it was revoked, expired or its user switched off. */
  async findStanding(id: string): Promise<SessionStanding | undefined> {
    const [row] = await this.database.query<StandingRow>(STANDING, [id]);
    return row && { userId: row.id, username: row.username, role: row.role, provenAt: row.proven_at };
  }

  /** Whether the session still stands; it then goes on standing until the transaction ends. */
  async holdLiving(tx: Transaction, id: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM auth_session WHERE id = $1 AND revoked_at IS NULL AND expires_at > now() FOR SHARE';
    return (await tx.query(sql, [id])).length === 1;
  }

  /** Notes that the session's person proved himself just now; false when it has ended. */
  async prove(tx: Transaction, id: string, at: Date): Promise<boolean> {
    const sql = 'UPDATE auth_session SET proven_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()';
    return (await tx.execute(sql, [id, at])) === 1;
  }

  async findRefreshState(id: string): Promise<RefreshState | undefined> {
    const [row] = await this.database.query<RefreshRow>(REFRESH_STATE, [id]);
    return (
      row && {
        userId: row.id,
        username: row.username,
        role: row.role,
        refreshKey: row.refresh_key,
        counter: BigInt(row.refresh_counter),
        secondsSinceRotation: row.age,
        isRemembered: row.is_remembered,
        endsInSeconds: row.ends_in,
        isLive: row.is_live,
      }
    );
  }

  /** Moves the session on from `counter`; false when somebody did so before. */
  async rotate(id: string, counter: bigint): Promise<boolean> {
    return (await this.database.execute(ROTATE, [id, counter.toString()])) === 1;
  }

  /** The living sessions of a user, the latest used first. */
  async listLiving(userId: string): Promise<SessionSummary[]> {
    const rows = await this.database.query<SummaryRow>(LIVING, [userId]);
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
      expiresAt: row.expires_at,
      ip: row.ip,
      userAgent: row.user_agent,
    }));
  }

  /** Ends one session of this user; false when he has no such living session. */
  async revokeOf(tx: Transaction, userId: string, id: string, reason: RevokeReason): Promise<boolean> {
    const sql = `UPDATE auth_session SET revoked_at = now(), revoke_reason = $3
                 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > now()`;
    return (await tx.execute(sql, [id, userId, reason])) === 1;
  }

  /** Ends one session; false when it had ended before. */
  async revoke(id: string, reason: RevokeReason): Promise<boolean> {
    const sql = 'UPDATE auth_session SET revoked_at = now(), revoke_reason = $2 WHERE id = $1 AND revoked_at IS NULL';
    return (await this.database.execute(sql, [id, reason])) === 1;
  }

  /** Ends every session of a user. */
  async revokeAllOf(tx: Transaction, userId: string, reason: RevokeReason): Promise<void> {
    const sql =
      'UPDATE auth_session SET revoked_at = now(), revoke_reason = $2 WHERE user_id = $1 AND revoked_at IS NULL';
    await tx.execute(sql, [userId, reason]);
  }

  /** Removes every trace of a user's logins. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<void> {
    await tx.execute('DELETE FROM auth_session WHERE user_id = $1', [userId]);
  }

  /** Removes what a login left behind that was under way when its user was deleted. */
  async deleteOfDeletedUsers(): Promise<void> {
    await this.database.execute(
      'DELETE FROM auth_session WHERE user_id IN (SELECT id FROM user_account WHERE deleted_at IS NOT NULL)',
    );
  }

  /** Removes sessions that ended long ago; returns how many. */
  deleteEndedBefore(days: number): Promise<number> {
    return this.database.execute('DELETE FROM auth_session WHERE expires_at < now() - make_interval(days => $1)', [
      days,
    ]);
  }
}
