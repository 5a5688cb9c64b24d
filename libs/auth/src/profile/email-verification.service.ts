import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { ResetTokenInvalidException } from '../identities/auth.exceptions.js';
import { EMAIL_PURPOSES, OneTimeTokenRepository } from '../tokens/one-time-token.repository.js';
import { UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { EmailChangeService } from './email-change.service.js';
import { digestOfToken } from '../tokens/mailed-link.service.js';

/** Lets the owner of an address show that it is his, or say that something is not what he wants. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly changes: EmailChangeService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * @param isRefused of a change of address; an address that is merely to be confirmed is refused by doing nothing
   * @throws ResetTokenInvalidException; IdentityTakenException when a new address became somebody else's meanwhile
   */
  async verify(token: string, isRefused: boolean): Promise<void> {
    const digest = digestOfToken(token);
    const link = await this.tokens.find(digest, EMAIL_PURPOSES);
    if (!link || (isRefused && link.purpose === 'email_verification')) throw new ResetTokenInvalidException();
    const { userId: id, purpose } = link;
    if (purpose !== 'email_verification')
      return this.changes.answer(token, id, purpose === 'new_email' ? 'new' : 'old', isRefused);
    await this.database.transaction(async (tx) => {
      if (!(await this.tokens.use(tx, digest))) throw new ResetTokenInvalidException();
      await this.users.verifyEmail(tx, id, this.clock.now());
      await this.audit.record(tx, { action: 'user.email_verified', actorId: id, subjectId: id });
    });
  }
}
