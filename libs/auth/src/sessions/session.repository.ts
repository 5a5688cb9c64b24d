import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, IsNull, type QueryDeepPartialEntity } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { SessionEntity } from '../tables/session.entity.js';
import { UserEntity } from '../tables/user.entity.js';

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

/** Questions about login sessions. */
@Injectable()
export class SessionRepository {
  /** The key that makes the refresh tokens of a session, by session. */
  readonly refreshKeys: EncryptedColumn;

  constructor(
    protected readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.refreshKeys = columns.add(SessionEntity, 'refreshKey');
  }

  async insert(tx: Transaction, session: NewSession): Promise<void> {
    const { createdAt, ip, userAgent } = session;
    const moments = { rotatedAt: createdAt, lastSeenAt: createdAt, provenAt: createdAt };
    await tx.insertMany(SessionEntity, [{ ...session, ...moments, ip: ip ?? null, userAgent: userAgent ?? null }]);
  }

  /** The user behind a session that still stands; `undefined` once it was revoked, expired or its user switched off. */
  async findStanding(id: string): Promise<SessionStanding | undefined> {
    const session = await this.database.repository(SessionEntity).findOneBy(this.living({ id }));
    const user =
      session && (await this.database.repository(UserEntity).findOneBy({ id: session.userId, isActive: true }));
    return user ? { ...ownerOf(user), provenAt: session.provenAt } : undefined;
  }

  /** Whether the session still stands; it then goes on standing until the transaction ends. */
  async holdLiving(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.holdOne(SessionEntity, this.living({ id }))) !== null;
  }

  /** Notes that the session's person proved himself just now; false when it has ended. */
  async prove(tx: Transaction, id: string, at: Date): Promise<boolean> {
    const { affected } = await tx.repository(SessionEntity).update(this.living({ id }), { provenAt: at });
    return affected === 1;
  }

  async findRefreshState(id: string): Promise<RefreshState | undefined> {
    const {
      entities: [session],
      raw: [more],
    } = await this.database
      .repository(SessionEntity)
      .createQueryBuilder('s')
      .addSelect(this.database.dialect.now, 'now')
      .where({ id })
      .getRawAndEntities<{ now: Date }>();
    const user = session && (await this.database.repository(UserEntity).findOneBy({ id: session.userId }));
    if (!user || !more) return undefined;
    const endsInMs = session.expiresAt.getTime() - more.now.getTime();
    return {
      ...ownerOf(user),
      refreshKey: session.refreshKey,
      counter: session.refreshCounter,
      secondsSinceRotation: (more.now.getTime() - session.rotatedAt.getTime()) / 1000,
      isRemembered: session.isRemembered,
      endsInSeconds: Math.round(endsInMs / 1000),
      isLive: session.revokedAt === null && endsInMs > 0 && user.isActive,
    };
  }

  /**
   * Moves the session on from `counter`; false when somebody did so before: of many parallel refreshes with one token exactly one finds the
   * counter it expects.
   */
  async rotate(id: string, counter: bigint): Promise<boolean> {
    const now = (): string => this.database.dialect.now;
    const change = { refreshCounter: counter + 1n, rotatedAt: now, lastSeenAt: now };
    const where = this.living({ id, refreshCounter: counter });
    const { affected } = await this.database.repository(SessionEntity).update(where, change);
    return affected === 1;
  }

  /** The living sessions of a user, the latest used first. */
  listLiving(userId: string): Promise<SessionSummary[]> {
    return this.database.repository(SessionEntity).find({
      select: { id: true, createdAt: true, lastSeenAt: true, expiresAt: true, ip: true, userAgent: true },
      where: this.living({ userId }),
      order: { lastSeenAt: 'DESC' },
      take: 200,
    });
  }

  /** Ends one session of this user; false when he has no such living session. */
  async revokeOf(tx: Transaction, userId: string, id: string, reason: RevokeReason): Promise<boolean> {
    const { affected } = await tx.repository(SessionEntity).update(this.living({ id, userId }), this.revoked(reason));
    return affected === 1;
  }

  /** Ends one session; false when it had ended before. */
  async revoke(id: string, reason: RevokeReason): Promise<boolean> {
    const where = { id, revokedAt: IsNull() };
    const { affected } = await this.database.repository(SessionEntity).update(where, this.revoked(reason));
    return affected === 1;
  }

  /** Ends every session of a user. */
  async revokeAllOf(tx: Transaction, userId: string, reason: RevokeReason): Promise<void> {
    await tx.repository(SessionEntity).update({ userId, revokedAt: IsNull() }, this.revoked(reason));
  }

  /** Removes every trace of a user's logins. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<void> {
    await tx.repository(SessionEntity).delete({ userId });
  }

  /** Removes what a login left behind that was under way when its user was deleted. */
  async deleteOfDeletedUsers(): Promise<void> {
    const deleted = this.database
      .repository(UserEntity)
      .createQueryBuilder('u')
      .select('u.id')
      .where('u.deletedAt IS NOT NULL');
    const sessions = this.database.repository(SessionEntity).createQueryBuilder();
    await sessions.delete().where(`user_id IN (${deleted.getQuery()})`).execute();
  }

  /** Removes sessions that ended long ago; returns how many. */
  async deleteEndedBefore(days: number): Promise<number> {
    const ended = { expiresAt: this.database.dialect.past(days * 86_400) };
    return (await this.database.repository(SessionEntity).delete(ended)).affected ?? 0;
  }

  /** A condition for sessions that stand: neither revoked nor expired. */
  private living(of: FindOptionsWhere<SessionEntity>): FindOptionsWhere<SessionEntity> {
    return { ...of, revokedAt: IsNull(), expiresAt: this.database.dialect.ahead() };
  }

  private revoked(reason: RevokeReason): QueryDeepPartialEntity<SessionEntity> {
    return { revokedAt: () => this.database.dialect.now, revokeReason: reason };
  }
}

function ownerOf({ id, username, role }: UserEntity): SessionOwner {
  return { userId: id, username, role };
}
