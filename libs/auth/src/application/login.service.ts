import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { LoginFailedException, RefreshTokenReusedException } from '../domain/auth.exceptions.js';
import { parseRefreshToken } from '../domain/refresh-token.js';
import type { User } from '../domain/user.js';
import { UserRepository } from '../infrastructure/user.repository.js';
import { AccessTokenService } from './access-token.service.js';
import { AuditService, type Origin } from './audit.service.js';
import { CredentialCheckService } from './credential-check.service.js';
import { type OpenSession, SessionService } from './session.service.js';

/** What a caller goes on with. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

/** Turns credentials or a refresh token into tokens. */
@Injectable()
export class LoginService {
  constructor(
    private readonly credentials: CredentialCheckService,
    private readonly sessions: SessionService,
    private readonly tokens: AccessTokenService,
    private readonly users: UserRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws LoginFailedException, HashingOverloadedException */
  async logIn(identifier: string, password: string, origin: Origin): Promise<{ tokens: TokenPair; user: User }> {
    const user = await this.authenticate(identifier, password, origin);
    const session = await this.database.transaction(async (tx) => {
      const opened = await this.sessions.open(tx, { userId: user.id, role: user.role }, origin);
      await this.users.recordLogin(tx, user.id, this.clock.now());
      await this.audit.record(tx, { action: 'login.succeeded', actorId: user.id, subjectId: user.id, origin });
      return opened;
    });
    return { tokens: await this.pairOf(session), user };
  }

  /** @throws RefreshTokenInvalidException, RefreshTokenReusedException */
  async refresh(refreshToken: string, origin: Origin): Promise<TokenPair> {
    try {
      return await this.pairOf(await this.sessions.refresh(refreshToken));
    } catch (error) {
      if (error instanceof RefreshTokenReusedException) {
        const sessionId = parseRefreshToken(refreshToken)?.sessionId;
        await this.audit.record(undefined, {
          action: 'session.token_reused',
          outcome: 'failure',
          origin,
          details: { sessionId },
        });
      }
      throw error;
    }
  }

  private async authenticate(identifier: string, password: string, origin: Origin): Promise<User> {
    try {
      return await this.credentials.check(identifier, password);
    } catch (error) {
      if (error instanceof LoginFailedException) {
        await this.audit.record(undefined, { action: 'login.failed', outcome: 'failure', origin });
      }
      throw error;
    }
  }

  private async pairOf(session: OpenSession): Promise<TokenPair> {
    return {
      accessToken: await this.tokens.issue(session),
      refreshToken: session.refreshToken,
      expiresInSeconds: this.tokens.lifetimeSeconds,
    };
  }
}
