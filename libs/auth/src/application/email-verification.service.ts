import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { ResetTokenInvalidException } from '../domain/auth.exceptions.js';
import { OneTimeTokenRepository } from '../infrastructure/one-time-token.repository.js';
import { UserRepository } from '../infrastructure/user.repository.js';
import { AuditService } from './audit.service.js';
import { digestOfToken } from './mailed-link.service.js';

/** Lets the owner of an address show that it is his. */
@Injectable()
export class EmailVerificationService {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws ResetTokenInvalidException */
  async verify(token: string): Promise<void> {
    const digest = digestOfToken(token);
    const id = await this.tokens.findUser(digest, ['email_verification']);
    if (id === undefined) throw new ResetTokenInvalidException();
    await this.database.transaction(async (tx) => {
      if (!(await this.tokens.use(tx, digest))) throw new ResetTokenInvalidException();
      await this.users.verifyEmail(tx, id, this.clock.now());
      await this.audit.record(tx, { action: 'user.email_verified', actorId: id, subjectId: id });
    });
  }
}
