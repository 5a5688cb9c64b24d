import { Injectable } from '@nestjs/common';
import { translateDatabaseError } from '#platform/database';
import { Clock, ConnectionError, includesRole, RecentMap, TokenInvalidError } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { type Principal } from '#platform/security';
import { isAllowedFrom } from '../domain/ip-allowlist.js';
import { ApiKeyRepository, type ApiKeyStanding } from '../infrastructure/api-key.repository.js';
import { SessionRepository, type SessionStanding } from '../infrastructure/session.repository.js';
import type { AccessTokenClaims } from './access-token.service.js';
import { roleOfKey } from './api-key.service.js';

/** A verdict is used for this long: logout, demotion and deactivation act within it, on every replica, without messages. */
const FRESH_MS = 750;

/** Verdicts remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 20_000;

type Standing = SessionStanding | ApiKeyStanding;

interface Verdict {
  standing: Promise<Standing | undefined>;
  askedAt: number;
}

/**
 * Whether what is behind an access token, a login session or an API key, still stands. Asked for every request, so the
 * answer is kept for less than a second; requests that arrive meanwhile share one question. PostgreSQL is the only
 * authority: there is no message that could get lost, with Redis or without.
 */
@Injectable()
export class StandingService {
  private readonly verdicts = new RecentMap<string, Verdict>(MAX_REMEMBERED);
  /** Tokens that were taken by their signature in this outage, each logged once. */
  private readonly unchecked = new Set<string>();

  constructor(
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /**
   * @param ip address of the request, as keys may be bound to some; `undefined` when only the token is asked about
   * @param signatureSuffices whether the claims alone are enough while the database is away; that is logged
   * @throws TokenInvalidError when the session or key ended, the user was switched off or has another role now
   */
  async principalOf(claims: AccessTokenClaims, ip: string | undefined, signatureSuffices = false): Promise<Principal> {
    try {
      return await this.check(claims, ip);
    } catch (error) {
      if (signatureSuffices && translateDatabaseError(error) instanceof ConnectionError) return this.believe(claims);
      throw error;
    }
  }

  /** Forgets what is known of a session or token, so that this replica notices its own changes at once. */
  forget(id: string): void {
    this.verdicts.delete(id);
  }

  private async check(claims: AccessTokenClaims, ip: string | undefined): Promise<Principal> {
    const { role } = claims;
    if ('sessionId' in claims) {
      const { userId, sessionId } = claims;
      const standing = await this.ask(sessionId, () => this.sessions.findStanding(sessionId));
      if (!standing || standing.userId !== userId || standing.role !== role) throw new TokenInvalidError();
      return { id: userId, role, username: standing.username, sessionId };
    }
    const { clientId, tokenId } = claims;
    const standing = await this.ask(tokenId, () => this.apiKeys.findTokenStanding(clientId, tokenId));
    if (!standing || !includesRole(roleOfKey(standing), role)) throw new TokenInvalidError();
    // A new secret takes back what the old one was exchanged for.
    if (claims.issuedAt < Math.floor(standing.secretChangedAt.getTime() / 1000)) throw new TokenInvalidError();
    if (ip !== undefined && !isAllowedFrom(ip, standing.ipAllowlist)) throw new TokenInvalidError();
    const { userId, owner, agents } = standing;
    return { id: userId, role, username: owner.username, apiKeyId: clientId, agents };
  }

  private believe(claims: AccessTokenClaims): Principal {
    const { role, tokenId } = claims;
    const whose =
      'sessionId' in claims
        ? { id: claims.userId, sessionId: claims.sessionId }
        : { id: claims.clientId, apiKeyId: claims.clientId };
    if (!this.unchecked.has(tokenId)) {
      this.unchecked.add(tokenId);
      const message = 'The database is away: a token is taken by its signature alone';
      this.logger.warn(message, 'Auth', { userId: whose.id, role, tokenId });
    }
    return { ...whose, role, username: 'unchecked' };
  }

  private ask<S extends Standing>(id: string, find: () => Promise<S | undefined>): Promise<S | undefined> {
    const now = this.clock.millis();
    const known = this.verdicts.get(id);
    if (known && now - known.askedAt < FRESH_MS) return known.standing as Promise<S | undefined>;
    const standing = find();
    this.verdicts.set(id, { standing, askedAt: now });
    standing.then(
      () => this.unchecked.clear(),
      () => this.verdicts.delete(id),
    );
    return standing;
  }
}
