import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { type Role, TokenExpiredException, TokenInvalidException } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { powersOf, widerPowers } from '../api-keys/credential-rules.js';
import { OAuthException } from './oauth.exceptions.js';
import { ApiKeyRepository } from '../api-keys/api-key.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { UserRepository } from '../identities/user.repository.js';
import { type AccessTokenClaims, AccessTokenService } from '../tokens/access-token.service.js';
import { SessionService } from '../sessions/session.service.js';
import { StandingService } from '../standing/standing.service.js';

/** What a living token is good for. Times in seconds since 1970. */
export interface TokenFacts {
  kind: 'access' | 'refresh';
  subject: string;
  expiresAt: number;
  audience?: string;
  username?: string;
  role?: Role;
  clientId?: string;
  issuedAt?: number;
  tokenId?: string;
}

/** Tells resource servers what a token is (RFC 7662), and takes tokens back (RFC 7009). */
@Injectable()
export class TokenInspectionService {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly sessions: SessionService,
    private readonly standing: StandingService,
    private readonly sessionRows: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly users: UserRepository,
    private readonly config: SecurityConfig,
  ) {}

  /** `undefined` for anything that is not a living token of this service; why is not said. */
  async introspect(token: string, now: number): Promise<TokenFacts | undefined> {
    const session = await this.sessions.peek(token);
    if (session)
      return { kind: 'refresh', subject: session.userId, expiresAt: Math.floor(now / 1000) + session.endsInSeconds };
    const claims = await this.claimsOf(token);
    const principal = claims && (await this.standing.principalOf(claims, undefined).catch(whenInvalid));
    if (!principal) return undefined;
    return {
      kind: 'access',
      subject: 'clientId' in claims ? claims.clientId : claims.userId,
      audience: this.config.audience,
      username: principal.username,
      role: claims.role,
      ...('clientId' in claims ? { clientId: claims.clientId } : {}),
      issuedAt: claims.issuedAt,
      expiresAt: claims.expiresAt,
      tokenId: claims.tokenId,
    };
  }

  /**
   * Takes a token back. A token of a login session ends the session, so that its other tokens go with it (RFC 7009 §2.1).
   * An unknown token is none any more, which is what was asked for.
   *
   * @throws OAuthException `invalid_grant` for a token of somebody else
   */
  async revoke(client: Principal, token: string): Promise<void> {
    const session = await this.sessions.peek(token);
    const claims = session ?? (await this.claimsOf(token));
    if (!claims) return;
    const isOwn =
      'clientId' in claims
        ? claims.clientId === client.credential.id
        : await this.mayEndSessionOf(client, claims.userId);
    if (!isOwn) throw new OAuthException('invalid_grant', 'The token was issued to another client');
    if ('clientId' in claims) {
      await this.apiKeys.revokeToken(claims.tokenId, new Date(claims.expiresAt * 1000));
      this.standing.forget(claims.tokenId);
    } else {
      await this.sessionRows.revoke(claims.sessionId, 'token_revoked');
      this.standing.forget(claims.sessionId);
    }
  }

  /** A session is its person's: only a client of his that may do as much ends it. */
  private async mayEndSessionOf(client: Principal, userId: string): Promise<boolean> {
    if (client.id !== userId) return false;
    const user = await this.users.findById(userId);
    const session = { role: user?.role ?? 'SUPER_ADMIN', expiresAt: null, ipAllowlist: [], agents: [] } as const;
    return widerPowers(powersOf(client), session).length === 0;
  }

  private claimsOf(token: string): Promise<AccessTokenClaims | undefined> {
    return this.tokens.verify(token).catch(whenInvalid);
  }
}

function whenInvalid(error: unknown): undefined {
  if (!(error instanceof TokenInvalidException || error instanceof TokenExpiredException)) throw error;
}
