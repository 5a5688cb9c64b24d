import { Injectable } from '@nestjs/common';
import { CredentialCheckService } from '../passwords/credential-check.service.js';
import { type Caller, SessionStartService, type StartedSession } from '../sessions/session-start.service.js';
import { MfaTokenService } from '../second-factor/mfa-token.service.js';
import { SecondFactorService } from '../second-factor/second-factor.service.js';

/** A login is complete, or waits for the second factor. */
export type LoginOutcome = StartedSession | { mfaToken: string };

/** Turns credentials into tokens. */
@Injectable()
export class LoginService {
  constructor(
    private readonly credentials: CredentialCheckService,
    private readonly mfaTokens: MfaTokenService,
    private readonly secondFactor: SecondFactorService,
    private readonly sessions: SessionStartService,
  ) {}

  /** @throws LoginFailedException, HashingOverloadedException */
  async logIn(identifier: string, password: string, caller: Caller): Promise<LoginOutcome> {
    const proven = await this.credentials.check(identifier, password, caller.deviceToken);
    const { user } = proven;
    if (user.mfaEnabled) return { mfaToken: await this.mfaTokens.issue(user) };
    return proven.complete((settle) => this.sessions.start(user, caller, settle));
  }

  /**
   * The second step of a login: a code of the authenticator, or a recovery code.
   *
   * @throws LoginFailedException when the token is void, the code is wrong or was used, or the account is locked
   */
  async completeLogin(mfaToken: string, code: string, caller: Caller): Promise<StartedSession> {
    const user = await this.mfaTokens.userOf(mfaToken);
    const proven = await this.secondFactor.check(user, code, caller.deviceToken);
    return proven.complete((settle) => this.sessions.startAfter(settle, proven.user, caller));
  }
}
