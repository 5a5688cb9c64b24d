import { Injectable } from '@nestjs/common';
import { RefreshTokenReusedException } from '../identities/auth.exceptions.js';
import { parseRefreshToken } from './refresh-token.js';
import { AccessTokenService } from '../tokens/access-token.service.js';
import { AuditService } from '../audit/audit.service.js';
import { type OpenSession, SessionService } from './session.service.js';

/** What a caller goes on with. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
  /** Seconds until the session ends, whatever is refreshed. */
  sessionEndsInSeconds: number;
  isRemembered: boolean;
}

/** Gives sessions their tokens. */
@Injectable()
export class TokenPairService {
  constructor(
    private readonly sessions: SessionService,
    private readonly tokens: AccessTokenService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Exchanges a refresh token.
   *
   * @param mayUse asked with the session's user once the token is known to be authentic, before it is used up
   * @throws RefreshTokenInvalidException, RefreshTokenReusedException
   */
  async refresh(refreshToken: string, mayUse?: (userId: string) => boolean): Promise<TokenPair> {
    try {
      return await this.of(await this.sessions.refresh(refreshToken, mayUse));
    } catch (error) {
      if (error instanceof RefreshTokenReusedException) {
        const details = { sessionId: parseRefreshToken(refreshToken)?.sessionId };
        await this.audit.record(undefined, { action: 'session.token_reused', outcome: 'failure', details });
      }
      throw error;
    }
  }

  async of({ sessionId, userId, role, refreshToken, isRemembered, endsInSeconds }: OpenSession): Promise<TokenPair> {
    return {
      accessToken: await this.tokens.issue({ userId, sessionId }, role),
      refreshToken,
      expiresInSeconds: this.tokens.lifetimeSeconds,
      sessionEndsInSeconds: endsInSeconds,
      isRemembered,
    };
  }
}
