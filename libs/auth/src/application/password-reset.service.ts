import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { ResetTokenInvalidException } from '../domain/auth.exceptions.js';
import { OneTimeTokenRepository } from '../infrastructure/one-time-token.repository.js';
import { UserRepository } from '../infrastructure/user.repository.js';
import { AttemptLimitService } from './attempt-limit.service.js';
import { PasswordReplacement } from './password-replacement.service.js';
import { PasswordLinkService } from './password-link.service.js';
import { PasswordService } from './password.service.js';

/** Answers to "I forgot it" take this long, whether there is an account or not. */
const ANSWER_AFTER_MS = 250;

/** Lets people who forgot their password, or never had one, choose one by a link that was mailed to them. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly links: PasswordLinkService,
    private readonly passwords: PasswordService,
    private readonly replacement: PasswordReplacement,
    private readonly limits: AttemptLimitService,
    private readonly database: Database,
  ) {}

  /** Mails a link when an active account has this address. The caller learns nothing either way. */
  async request(email: string): Promise<void> {
    const answered = new Promise((resolve) => setTimeout(resolve, ANSWER_AFTER_MS));
    const user = await this.users.findByIdentifier(email);
    if (user?.isActive && user.email.toLowerCase() === email.toLowerCase()) {
      await this.database.transaction((tx) => this.links.mail(tx, user, 'password_reset'));
      this.links.deliverSoon();
    }
    await answered;
  }

  /**
   * Sets the password of whoever got the token by mail, ends his sessions and lifts his locks. A second factor stays on.
   *
   * @throws ResetTokenInvalidException, PasswordRefusedException
   */
  async reset(token: string, password: string): Promise<void> {
    const digest = createHash('sha256').update(token).digest();
    const userId = await this.tokens.findUser(digest);
    const user = userId === undefined ? undefined : await this.users.findWithSecret(userId);
    if (!user?.isActive) throw new ResetTokenInvalidException();
    // Before the token is used up, so that a password the policy refuses can be chosen better with the same link.
    const hash = await this.passwords.accept(password, [user.email, user.username, user.fullName], 'newPassword');
    await this.database.transaction(async (tx) => {
      if (!(await this.tokens.use(tx, digest))) throw new ResetTokenInvalidException();
      await this.replacement.replace(tx, user, hash, 'user.password_reset');
    });
    await this.limits.unlock(user.id);
  }
}
