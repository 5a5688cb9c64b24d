import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MailConfig } from '#config';
import type { Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { Mailer } from '#platform/mail';
import type { User } from '../domain/user.js';
import { type OneTimePurpose, OneTimeTokenRepository } from '../infrastructure/one-time-token.repository.js';

const MINUTE_MS = 60_000;

/** How long a link can be used, in minutes; people who are invited do not wait at their mailbox. */
const LIFE_MINUTES: Readonly<Record<OneTimePurpose, number>> = { password_reset: 15, invitation: 3 * 24 * 60 };

const SUBJECT: Readonly<Record<OneTimePurpose, string>> = {
  password_reset: 'Choose a new password for DevSkyy',
  invitation: 'You are invited to DevSkyy',
};

const OPENING: Readonly<Record<OneTimePurpose, string>> = {
  password_reset:
    'Somebody, hopefully you, asked for a new password. If it was not you, do nothing: your password stays.',
  invitation: 'An account was made for you. Choose a password to begin.',
};

/** Makes the links by which somebody chooses a password, and mails them. */
@Injectable()
export class PasswordLinkService {
  constructor(
    private readonly tokens: OneTimeTokenRepository,
    private readonly mailer: Mailer,
    private readonly config: MailConfig,
    private readonly clock: Clock,
  ) {}

  /** Mails the user a token, good for one use; 256 random bits, of which only a digest is kept. */
  async mail(tx: Transaction, user: User, purpose: OneTimePurpose): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + LIFE_MINUTES[purpose] * MINUTE_MS);
    const digest = createHash('sha256').update(token).digest();
    await this.tokens.insert(tx, { digest, userId: user.id, purpose, createdAt, expiresAt });
    // The address comes from the configuration, never from a Host header; the fragment stays out of servers' logs.
    const { passwordPageUrl: page } = this.config;
    const way = page === undefined ? `Token: ${token}` : `${page}#token=${token}`;
    const text = `Hello ${user.fullName ?? user.username},\n\n${OPENING[purpose]}\n\n${way}\n\nIt can be used once, until ${expiresAt.toISOString()}.\n`;
    await this.mailer.enqueue(tx, { to: user.email, subject: SUBJECT[purpose], text, expiresAt });
  }

  /** Starts delivering; after the transaction. */
  deliverSoon(): void {
    this.mailer.deliverSoon();
  }
}
