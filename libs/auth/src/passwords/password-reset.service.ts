import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { ResetTokenInvalidException } from '../identities/auth.exceptions.js';
import { OneTimeTokenRepository, PASSWORD_PURPOSES } from '../tokens/one-time-token.repository.js';
import { UserRepository } from '../identities/user.repository.js';
import { AttemptLimitService } from '../attempts/attempt-limit.service.js';
import { PasswordReplacementService } from './password-replacement.service.js';
import { digestOfToken, MailedLinkService } from '../tokens/mailed-link.service.js';
import { PasswordService } from './password.service.js';

/** Answers to "I forgot it" take this long, whether there is an account or not. */
const ANSWER_AFTER_MS = 250;

/** Lets people who forgot their password, or never had one, choose one by a link that was mailed to them. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly links: MailedLinkService,
    private readonly passwords: PasswordService,
    private readonly replacement: PasswordReplacementService,
    private readonly limits: AttemptLimitService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails a link when an active account has this address: to choose a password, or first to confirm the address. The caller learns
   * nothing either way.
   */
  async request(email: string): Promise<void> {
    const answered = new Promise((resolve) => setTimeout(resolve, ANSWER_AFTER_MS));
    const user = await this.users.findByIdentifier(email);
    if (user?.isActive) {
      // Anybody can give any address at registration: before its owner has answered once, he is asked for nothing but that.
      const purpose = user.emailVerified ? 'password_reset' : 'email_verification';
      await this.database.transaction((tx) => this.links.mail(tx, user, purpose));
      this.links.deliverSoon();
    }
    await answered;
  }

  /**
   * Sets the password of whoever got the token by mail, ends his sessions, and his keys if asked for, and lifts his locks. A second
   * factor stays on.
   *
   * @throws ResetTokenInvalidException, PasswordRefusedException
   */
  async reset(token: string, password: string, keys?: boolean): Promise<void> {
    const digest = digestOfToken(token);
    const link = await this.tokens.find(digest, PASSWORD_PURPOSES);
    const user = link && (await this.users.findWithSecret(link.userId));
    if (!user?.isActive) throw new ResetTokenInvalidException();
    // Before the token is used up, so that a password the policy refuses can be chosen better with the same link.
    const hash = await this.passwords.accept(password, [user.email, user.username, user.fullName], 'newPassword');
    await this.database.transaction(async (tx) => {
      if (!(await this.tokens.use(tx, digest))) throw new ResetTokenInvalidException();
      await this.replacement.replace(tx, user, hash, { action: 'user.password_reset', keys });
      await this.users.verifyEmail(tx, user.id, this.clock.now());
    });
    await this.limits.unlock(user.id);
  }
}
