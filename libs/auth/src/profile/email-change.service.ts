import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import {
  IdentityTakenException,
  MailboxFullException,
  ResetTokenInvalidException,
  UserNotFoundException,
} from '../identities/auth.exceptions.js';
import { EmailChangeRepository } from './email-change.repository.js';
import {
  EMAIL_CHANGE_PURPOSES,
  OneTimeTokenRepository,
  PASSWORD_PURPOSES,
} from '../tokens/one-time-token.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { digestOfToken, EMAIL_CHANGE_MINUTES, MailedLinkService } from '../tokens/mailed-link.service.js';

/** Which of the two addresses somebody answers at. */
export type AnsweredAt = 'new' | 'old';

/**
 * Changes addresses. A new one waits until its owner has confirmed it and the owner of the present one has agreed; there is one
 * change at a time, the last one asked for. Nobody is asked at a present address that was never confirmed, as it may be a stranger's.
 */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly changes: EmailChangeRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly links: MailedLinkService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Asks for another address; the present one takes back what was asked for before.
   *
   * @throws IdentityTakenException; MailboxFullException, UserNotFoundException
   */
  async request(userId: string, email: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const user = await this.changes.lock(tx, userId);
      if (!user) throw new UserNotFoundException();
      await this.drop(tx, userId);
      if (email === user.email) return;
      if (await this.changes.isTaken(tx, userId, email)) throw new IdentityTakenException();
      const now = this.clock.now();
      const expiresAt = new Date(now.getTime() + EMAIL_CHANGE_MINUTES * 60_000);
      await this.changes.propose(tx, userId, { email, expiresAt, oldConfirmedAt: user.emailVerified ? null : now });
      const isMailed = await this.links.mail(tx, { id: userId, email }, 'new_email');
      const isOldAsked = !user.emailVerified || (await this.links.mail(tx, user, 'old_email'));
      if (!isMailed || !isOldAsked) throw new MailboxFullException();
      await this.audit.record(tx, { action: 'user.email_change_requested', actorId: userId, subjectId: userId });
    });
    this.links.deliverSoon();
  }

  /**
   * Somebody answered at one of the addresses. The change is made once both have agreed, and is over once one has refused.
   *
   * @throws ResetTokenInvalidException; IdentityTakenException when the new address became somebody else's meanwhile
   */
  async answer(token: string, userId: string, at: AnsweredAt, isRefused: boolean): Promise<void> {
    await this.database.transaction(async (tx) => {
      const pending = (await this.changes.lock(tx, userId))?.pending;
      const now = this.clock.now();
      if (!pending || pending.expiresAt <= now || !(await this.tokens.use(tx, digestOfToken(token))))
        throw new ResetTokenInvalidException();
      const entry = { actorId: userId, subjectId: userId, details: { at } };
      if (isRefused) {
        await this.drop(tx, userId);
        return this.audit.record(tx, { action: 'user.email_change_refused', ...entry });
      }
      await this.changes.confirm(tx, userId, at, now);
      if (at === 'new' ? !pending.isOldConfirmed : !pending.isNewConfirmed)
        return this.audit.record(tx, { action: 'user.email_change_confirmed', ...entry });
      await this.changes.apply(tx, userId, pending.email, now);
      // They were mailed to the address that counts no more.
      await this.tokens.withdraw(tx, userId, [...PASSWORD_PURPOSES, 'email_verification']);
      return this.audit.record(tx, { action: 'user.email_changed', ...entry });
    });
  }

  private async drop(tx: Transaction, userId: string): Promise<void> {
    await this.changes.drop(tx, userId);
    await this.tokens.withdraw(tx, userId, EMAIL_CHANGE_PURPOSES);
  }
}
