import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MailConfig, ServerConfig } from '#config';
import type { Transaction } from '#platform/database';
import { PublicAddress } from '#platform/http';
import { Clock } from '#platform/kernel';
import { Mailer } from '#platform/mail';
import { emailKey } from '../identities/identity-key.js';
import type { User } from '../identities/user.js';
import { EMAIL_PURPOSES, type OneTimePurpose, OneTimeTokenRepository } from './one-time-token.repository.js';

const MINUTE_MS = 60_000;

/** A stranger who knows an address must not fill its mailbox: links mailed there in an hour, and in a day. */
const MOST_IN_AN_HOUR = 3;
const MOST_IN_A_DAY = 10;

/** How long a change of address waits for confirmation. */
export const EMAIL_CHANGE_MINUTES = 24 * 60;

interface LinkMail {
  /** How long the link can be used, in minutes; people who are invited do not wait at their mailbox. */
  readonly lifeMinutes: number;
  readonly subject: string;
  readonly opening: string;
}

/** Every word of a mail is ours: whoever registers a name or an address could otherwise write in our name. */
const MAILS: Readonly<Record<OneTimePurpose, LinkMail>> = {
  password_reset: {
    lifeMinutes: 15,
    subject: 'Choose a new password for DevSkyy',
    opening: 'Somebody, hopefully you, asked for a new password. If it was not you, do nothing: your password stays.',
  },
  invitation: {
    lifeMinutes: 3 * 24 * 60,
    subject: 'You are invited to DevSkyy',
    opening: 'An account was made for you. Choose a password to begin.',
  },
  email_verification: {
    lifeMinutes: 24 * 60,
    subject: 'Confirm your address for DevSkyy',
    opening:
      'Somebody, hopefully you, gave this address for an account. Confirm that it is yours. If it was not you, do nothing: ' +
      'no other mail will come.',
  },
  new_email: {
    lifeMinutes: EMAIL_CHANGE_MINUTES,
    subject: 'Confirm your new address for DevSkyy',
    opening:
      'Somebody, hopefully you, gave this address as the new one of an account. Confirm that it is yours. If it was not you, do nothing, or ' +
      'refuse it in the same place.',
  },
  old_email: {
    lifeMinutes: EMAIL_CHANGE_MINUTES,
    subject: 'Confirm that your address for DevSkyy changes',
    opening:
      'A new address was given for your account. It takes the place of this one once you agree here and its owner there. If it was not you, ' +
      'refuse it in the same place, and choose a new password.',
  },
};

/** Mails links that can be used once: by them somebody chooses a password, or shows that an address is his. */
@Injectable()
export class MailedLinkService {
  constructor(
    private readonly tokens: OneTimeTokenRepository,
    private readonly mailer: Mailer,
    private readonly config: MailConfig,
    private readonly server: ServerConfig,
    private readonly address: PublicAddress,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails the user a token, good for one use; 256 random bits, of which only a digest is kept.
   *
   * @returns false, and nothing is mailed, once the mailbox had its share, whichever accounts it was for
   */
  async mail(tx: Transaction, user: Pick<User, 'id' | 'email'>, purpose: OneTimePurpose): Promise<boolean> {
    const mailbox = emailKey(user.email);
    const { hour, day } = await this.tokens.countSince(tx, mailbox);
    if (hour >= MOST_IN_AN_HOUR || day >= MOST_IN_A_DAY) return false;
    const { lifeMinutes, subject, opening } = MAILS[purpose];
    const token = randomBytes(32).toString('base64url');
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + lifeMinutes * MINUTE_MS);
    const digest = digestOfToken(token);
    await this.tokens.insert(tx, { digest, userId: user.id, mailbox, purpose, createdAt, expiresAt });
    // The address comes from the configuration, never from a Host header; the fragment stays out of servers' logs.
    const isAboutEmail = EMAIL_PURPOSES.some((each) => each === purpose);
    const page = isAboutEmail ? this.config.verificationPageUrl : this.config.passwordPageUrl;
    const way = page === undefined ? `Token: ${token}${this.whither()}` : `${page}#token=${token}`;
    const text = `Hello,\n\n${opening}\n\n${way}\n\nIt can be used once, until ${expiresAt.toISOString()}.\n`;
    await this.mailer.enqueue(tx, { to: user.email, subject, text, expiresAt });
    return true;
  }

  /** Where a token without a page is good for, when the configuration says so. */
  private whither(): string {
    return this.server.publicUrl === undefined ? '' : `\nGood at: ${this.address.origin}`;
  }

  /** Starts delivering; after the transaction. */
  deliverSoon(): void {
    this.mailer.deliverSoon();
  }
}

/** What is kept of a token. */
export function digestOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
