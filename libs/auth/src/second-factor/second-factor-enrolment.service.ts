import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Clock } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { CodeWrongException, MfaStateException } from '../identities/auth.exceptions.js';
import { newRecoveryCode, RECOVERY_CODE_COUNT } from './recovery-code.js';
import { matchTotp, newTotpSecret, otpauthUri, toBase32 } from './totp.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { CredentialCheckService } from '../passwords/credential-check.service.js';
import { SecondFactorCodeService } from './second-factor-code.service.js';

/** The name that authenticator apps show. */
const ISSUER = 'DevSkyy';

/** Puts an authenticator app on an account, and takes it off. */
@Injectable()
export class SecondFactorEnrolmentService {
  constructor(
    private readonly factors: SecondFactorRepository,
    private readonly codes: SecondFactorCodeService,
    private readonly credentials: CredentialCheckService,
    private readonly audit: AuditService,
    private readonly requests: KeyedRequests,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a secret for an app. It is in force once a code of it was shown.
   *
   * @throws MfaStateException when there is an authenticator already
   */
  propose(request: KeyedRequest, { id, username }: Principal): Promise<{ otpauthUri: string; secret: string }> {
    return this.requests.once(request, async (tx) => {
      const secret = newTotpSecret();
      if (!(await this.factors.propose(tx, id, this.factors.totpSecrets.encrypt(secret, id))))
        throw new MfaStateException('There is an authenticator already; remove it first');
      return { otpauthUri: otpauthUri(secret, ISSUER, username), secret: toBase32(secret) };
    });
  }

  /**
   * Puts the proposed secret into force and makes recovery codes; they are in the answer and nowhere else.
   *
   * @throws MfaStateException when none is proposed; CodeWrongException
   */
  async confirm({ id }: Principal, code: string): Promise<string[]> {
    const proposed = await this.factors.findAuthenticator(id);
    if (!proposed || proposed.isConfirmed) throw new MfaStateException('There is no authenticator to confirm');
    const secret = this.factors.totpSecrets.decrypt(proposed.secret, id);
    const step = matchTotp(secret, code, this.clock.millis());
    if (step === undefined) throw new CodeWrongException();
    const recoveryCodes = Array.from({ length: RECOVERY_CODE_COUNT }, newRecoveryCode);
    await this.database.transaction(async (tx) => {
      if (!(await this.factors.confirm(tx, id, proposed.secret, step)))
        throw new MfaStateException('There is no authenticator to confirm');
      const digests = recoveryCodes.map((each) => this.codes.digestOf(id, each));
      await this.factors.replaceRecoveryCodes(tx, id, digests);
      await this.audit.record(tx, { action: 'user.mfa_enabled', actorId: id, subjectId: id });
    });
    return recoveryCodes;
  }

  /** @throws LoginFailedException for a wrong password; MfaStateException when there is none */
  async remove({ id }: Principal, password: string, deviceToken?: string): Promise<void> {
    const proven = await this.credentials.checkUser(id, password, deviceToken);
    await proven.complete((settle) =>
      this.database.transaction(async (tx) => {
        await settle(tx);
        if (!(await this.factors.remove(tx, id))) throw new MfaStateException('There is no authenticator');
        await this.audit.record(tx, { action: 'user.mfa_disabled', actorId: id, subjectId: id });
      }),
    );
  }
}
