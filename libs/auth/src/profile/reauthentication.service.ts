import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock, TokenInvalidException } from '#platform/kernel';
import { type Principal, PROOF_LIFETIME_MS, ReauthenticationRequiredException } from '#platform/security';
import { SessionRepository } from '../sessions/session.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { CredentialCheckService } from '../passwords/credential-check.service.js';
import { SecondFactorService } from '../second-factor/second-factor.service.js';

/** What a person proves himself by: his password, or a code of his authenticator. */
export type Proof = { password: string } | { code: string };

/** Lets a person who is logged in prove himself again, for what a stolen session must not do. */
@Injectable()
export class ReauthenticationService {
  constructor(
    private readonly credentials: CredentialCheckService,
    private readonly secondFactor: SecondFactorService,
    private readonly sessions: SessionRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Under the same lock as logging in.
   *
   * @returns until when the proof is enough
   * @throws LoginFailedException, HashingOverloadedException; TokenInvalidException when the session ended meanwhile
   */
  async prove({ id, credential }: Principal, proof: Proof, deviceToken?: string): Promise<Date> {
    const proven = await ('password' in proof
      ? this.credentials.checkUser(id, proof.password, deviceToken)
      : this.secondFactor.checkUser(id, proof.code, deviceToken));
    const at = this.clock.now();
    await proven.complete((settle) =>
      this.database.transaction(async (tx) => {
        await settle(tx);
        if (!(await this.sessions.prove(tx, credential.id, at))) throw new TokenInvalidException();
        await this.audit.record(tx, { action: 'user.reauthenticated', subjectId: id });
      }),
    );
    return new Date(at.getTime() + PROOF_LIFETIME_MS);
  }

  /**
   * For a part of a route that takes a proof, where another part of it does not.
   *
   * @throws ReauthenticationRequiredException when the session was not proven in the last ten minutes
   */
  async assertRecent({ credential }: Principal): Promise<void> {
    const standing = await this.sessions.findStanding(credential.id);
    const provenAt = standing?.provenAt.getTime() ?? 0;
    if (this.clock.millis() - provenAt > PROOF_LIFETIME_MS) throw new ReauthenticationRequiredException();
  }
}
