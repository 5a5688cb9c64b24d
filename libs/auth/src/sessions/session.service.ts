import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import type { Transaction } from '#platform/database';
import { Clock, currentContext, Ids } from '#platform/kernel';
import { RefreshTokenInvalidException, RefreshTokenReusedException } from '../identities/auth.exceptions.js';
import { issueRefreshToken, type ParsedRefreshToken, parseRefreshToken } from './refresh-token.js';
import { type RefreshState, SessionRepository } from './session.repository.js';

const DAY_MS = 86_400_000;

/** A client whose answer got lost, or whose tabs refresh at once, may use the token before the current one this long. */
const GRACE_SECONDS = 10;

/** A session after login or refresh, with the token that continues it. */
export interface OpenSession {
  sessionId: string;
  userId: string;
  role: RefreshState['role'];
  refreshToken: string;
  isRemembered: boolean;
  /** Seconds until the session ends, whatever is refreshed. */
  endsInSeconds: number;
}

/** Opens, continues and ends login sessions. One row each: the counter in it says which refresh token is the current one. */
@Injectable()
export class SessionService {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly config: SecurityConfig,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async open(tx: Transaction, session: Pick<OpenSession, 'userId' | 'role' | 'isRemembered'>): Promise<OpenSession> {
    const sessionId = this.ids.next();
    const key = randomBytes(32);
    const createdAt = this.clock.now();
    const context = currentContext();
    await this.sessions.insert(tx, {
      id: sessionId,
      userId: session.userId,
      refreshKey: this.sessions.refreshKeys.encrypt(key, sessionId),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.config.refreshTokenExpireDays * DAY_MS),
      ip: context?.ip,
      userAgent: context?.userAgent?.slice(0, 500),
      isRemembered: session.isRemembered,
    });
    const refreshToken = issueRefreshToken({ sessionId, counter: 0n }, key);
    return { ...session, sessionId, refreshToken, endsInSeconds: (this.config.refreshTokenExpireDays * DAY_MS) / 1000 };
  }

  /**
   * Exchanges a refresh token for its successor. Of parallel uses one moves the session on, and the others get the same
   * successor, as does a client that repeats its last token within ten seconds. An older token ends the session: it
   * was stolen, or its successor was.
   *
   * @param mayUse asked with the session's user once the token is known to be authentic, before it is used up
   * @throws RefreshTokenInvalidException for a forged, unknown, expired or ended one; a forgery ends nothing
   * @throws RefreshTokenReusedException after ending the session
   */
  async refresh(token: string, mayUse: (userId: string) => boolean = () => true): Promise<OpenSession> {
    const parsed = parseRefreshToken(token);
    if (!parsed) throw new RefreshTokenInvalidException();
    const before = await this.sessions.findRefreshState(parsed.sessionId);
    if (!before) throw new RefreshTokenInvalidException();
    const key = this.sessions.refreshKeys.decrypt(before.refreshKey, parsed.sessionId);
    const { userId, role, isRemembered, endsInSeconds } = before;
    if (!parsed.isAuthentic(key) || !before.isLive || !mayUse(userId)) throw new RefreshTokenInvalidException();
    const counter = await this.advance(parsed);
    const { sessionId } = parsed;
    const refreshToken = issueRefreshToken({ sessionId, counter }, key);
    return { sessionId, userId, role, refreshToken, isRemembered, endsInSeconds };
  }

  /** The session whose key made a token, ended or not, whichever token of it this is. */
  async recognise(token: string): Promise<string | undefined> {
    const parsed = parseRefreshToken(token);
    const state = parsed && (await this.sessions.findRefreshState(parsed.sessionId));
    if (!parsed || !state) return undefined;
    const key = this.sessions.refreshKeys.decrypt(state.refreshKey, parsed.sessionId);
    return parsed.isAuthentic(key) ? parsed.sessionId : undefined;
  }

  /** The session of a token that is authentic and living, without using the token up. */
  async peek(token: string): Promise<{ sessionId: string; userId: string; endsInSeconds: number } | undefined> {
    const parsed = parseRefreshToken(token);
    const state = parsed && (await this.sessions.findRefreshState(parsed.sessionId));
    if (!parsed || !state?.isLive) return undefined;
    const isCurrent = parsed.counter === state.counter;
    const key = this.sessions.refreshKeys.decrypt(state.refreshKey, parsed.sessionId);
    const { userId, endsInSeconds } = state;
    return isCurrent && parsed.isAuthentic(key) ? { sessionId: parsed.sessionId, userId, endsInSeconds } : undefined;
  }

  /** The counter after this use of the token. */
  private async advance({ sessionId, counter }: ParsedRefreshToken): Promise<bigint> {
    if (await this.sessions.rotate(sessionId, counter)) return counter + 1n;
    const now = await this.sessions.findRefreshState(sessionId);
    if (!now?.isLive) throw new RefreshTokenInvalidException();
    const isOneBehind = now.counter === counter + 1n;
    if (isOneBehind && now.secondsSinceRotation <= GRACE_SECONDS) return now.counter;
    // A counter ahead of ours cannot be authentic unless the database was set back; it proves no theft.
    if (counter > now.counter) throw new RefreshTokenInvalidException();
    await this.sessions.revoke(sessionId, 'refresh_reuse');
    throw new RefreshTokenReusedException();
  }
}
