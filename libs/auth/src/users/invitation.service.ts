import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Principal } from '#platform/security';
import { PasswordPresentException, UserNotFoundException } from '../identities/auth.exceptions.js';
import { assertMayHandle } from '../identities/rank-rules.js';
import { UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { MailedLinkService } from '../tokens/mailed-link.service.js';

/** Invites people again whose first invitation got lost or too old. */
@Injectable()
export class InvitationService {
  constructor(
    private readonly users: UserRepository,
    private readonly links: MailedLinkService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /** @throws UserNotFoundException, RankViolationException; PasswordPresentException when the user has chosen a password */
  async invite(actor: Principal, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const target = await this.users.lockById(tx, id);
      if (!target) throw new UserNotFoundException();
      assertMayHandle(actor, target);
      if (await this.users.hasPassword(tx, id)) throw new PasswordPresentException();
      await this.links.mail(tx, target, 'invitation');
      await this.audit.record(tx, { action: 'user.invited', subjectId: id });
    });
    this.links.deliverSoon();
  }
}
