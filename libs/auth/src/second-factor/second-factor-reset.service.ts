import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { Mailer } from '#platform/mail';
import type { Principal } from '#platform/security';
import { MfaStateException, UserNotFoundException } from '../identities/auth.exceptions.js';
import { assertMayHandle } from '../identities/rank-rules.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';

const NOTICE_LIFE_MS = 24 * 60 * 60_000;

const NOTICE = {
  subject: 'Your second factor for DevSkyy was taken off',
  text:
    'Hello,\n\nAn administrator took the second factor off your account and ended its sessions. Log in with your password and enrol ' +
    'an authenticator again. If you did not ask for this, tell your administrators at once.\n',
};

/** Helps people who lost their authenticator. */
@Injectable()
export class SecondFactorResetService {
  constructor(
    private readonly users: UserRepository,
    private readonly factors: SecondFactorRepository,
    private readonly sessions: SessionRepository,
    private readonly mailer: Mailer,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the second factor off a user of a lower rank, ends his sessions and tells him by mail.
   *
   * @throws UserNotFoundException, RankViolationException; MfaStateException when there is none
   */
  async reset(actor: Principal, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const target = await this.users.lockById(tx, id);
      if (!target) throw new UserNotFoundException();
      assertMayHandle(actor, target);
      if (!(await this.factors.remove(tx, id))) throw new MfaStateException('There is no authenticator');
      await this.sessions.revokeAllOf(tx, id, 'revoked_by_admin');
      const expiresAt = new Date(this.clock.millis() + NOTICE_LIFE_MS);
      if (target.emailVerified) await this.mailer.enqueue(tx, { to: target.email, ...NOTICE, expiresAt });
      await this.audit.record(tx, { action: 'user.mfa_reset', subjectId: id });
    });
    this.mailer.deliverSoon();
  }
}
