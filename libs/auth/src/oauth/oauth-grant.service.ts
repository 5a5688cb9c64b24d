import { Injectable } from '@nestjs/common';
import { includesRole, type Role, ROLES } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { RefreshTokenInvalidException, RefreshTokenReusedException } from '../identities/auth.exceptions.js';
import { OAuthException } from './oauth.exceptions.js';
import { AccessTokenService } from '../tokens/access-token.service.js';
import { AuditService } from '../audit/audit.service.js';
import { TokenPairService } from '../sessions/token-pair.service.js';

/** Tokens for a client (RFC 6749 §5.1). The scope is the role that the token carries. */
export interface OAuthGrant {
  accessToken: string;
  expiresInSeconds: number;
  scope: Role | undefined;
  refreshToken?: string;
}

/** Gives OAuth clients access tokens. */
@Injectable()
export class OAuthGrantService {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly pairs: TokenPairService,
    private readonly audit: AuditService,
  ) {}

  /**
   * `client_credentials` (RFC 6749 §4.4): a token that acts with the key's role, or a lower one that is asked for as scope.
   *
   * @throws OAuthException `invalid_scope`
   */
  async forClient(client: Principal, scope: string | undefined): Promise<OAuthGrant> {
    const role = scope === undefined ? client.role : ROLES.find((candidate) => candidate === scope);
    if (role === undefined || !includesRole(client.role, role))
      throw new OAuthException('invalid_scope', 'The scope is a role, no higher than that of the client');
    const accessToken = await this.tokens.issue({ clientId: client.credential.id }, role);
    const details = { keyId: client.credential.id, scope: role };
    await this.audit.record(undefined, { action: 'oauth.token_issued', actorId: client.id, details });
    return { accessToken, expiresInSeconds: this.tokens.lifetimeSeconds, scope: role };
  }

  /**
   * `refresh_token` (RFC 6749 §6): goes on with a login session of the client's owner.
   *
   * @throws OAuthException `invalid_grant`
   */
  async forRefreshToken(client: Principal, refreshToken: string): Promise<OAuthGrant> {
    try {
      const pair = await this.pairs.refresh(refreshToken, (userId) => userId === client.id);
      const { accessToken, expiresInSeconds } = pair;
      return { accessToken, expiresInSeconds, refreshToken: pair.refreshToken, scope: undefined };
    } catch (error) {
      if (error instanceof RefreshTokenInvalidException || error instanceof RefreshTokenReusedException)
        throw new OAuthException('invalid_grant', error.message);
      throw error;
    }
  }
}
