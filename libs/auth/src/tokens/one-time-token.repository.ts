import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In, IsNull } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { OneTimeTokenEntity } from '../tables/one-time-token.entity.js';

/** What a link is for. Those by which a password is chosen show also that the address is its owner's. */
export type OneTimePurpose = 'password_reset' | 'invitation' | EmailPurpose;

/** An address is its owner's; a new address is, and the owner of the present one wants it. */
export type EmailPurpose = 'email_verification' | 'new_email' | 'old_email';

/** By which links somebody chooses a password. */
export const PASSWORD_PURPOSES: readonly ('password_reset' | 'invitation')[] = ['password_reset', 'invitation'];

export const EMAIL_PURPOSES: readonly EmailPurpose[] = ['email_verification', 'new_email', 'old_email'];

/** By which links an address is changed. */
export const EMAIL_CHANGE_PURPOSES: readonly EmailPurpose[] = ['new_email', 'old_email'];

const HOUR_SECONDS = 3600;

/** Questions about tokens of links that can be used once. Only their digests are kept. */
@Injectable()
export class OneTimeTokenRepository {
  constructor(private readonly database: Database) {}

  async insert(
    tx: Transaction,
    token: {
      digest: Buffer;
      userId: string;
      mailbox: string;
      purpose: OneTimePurpose;
      createdAt: Date;
      expiresAt: Date;
    },
  ): Promise<void> {
    await tx.insertMany(OneTimeTokenEntity, [token]);
  }

  /** Links mailed to a mailbox in the last hour and day, for any account. It is locked, so that parallel requests count each other. */
  async countSince(tx: Transaction, mailbox: string): Promise<{ hour: number; day: number }> {
    await tx.lock('mailbox', mailbox);
    const tokens = tx.repository(OneTimeTokenEntity);
    const { ahead } = this.database.dialect;
    const hour = await tokens.countBy({ mailbox, createdAt: ahead(-HOUR_SECONDS) });
    return { hour, day: await tokens.countBy({ mailbox, createdAt: ahead(-24 * HOUR_SECONDS) }) };
  }

  /** Whose token this is, and what for, while it can be used. */
  async find<P extends OneTimePurpose>(
    digest: Buffer,
    purposes: readonly P[],
  ): Promise<{ userId: string; purpose: P } | undefined> {
    const where = { ...this.usable(digest), purpose: In(purposes) };
    const token = await this.database.repository(OneTimeTokenEntity).findOneBy(where);
    return token ? { userId: token.userId, purpose: token.purpose as P } : undefined;
  }

  /** Uses the token up: of parallel uses one wins. */
  async use(tx: Transaction, digest: Buffer): Promise<boolean> {
    const { affected } = await tx.repository(OneTimeTokenEntity).update(this.usable(digest), this.used());
    return affected === 1;
  }

  /** Makes links of these kinds void. */
  async withdraw(tx: Transaction, userId: string, purposes: readonly OneTimePurpose[]): Promise<void> {
    const where = { userId, purpose: In(purposes), usedAt: IsNull() };
    await tx.repository(OneTimeTokenEntity).update(where, this.used());
  }

  /** Makes every link to a user void, and forgets that there were any. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<void> {
    await tx.repository(OneTimeTokenEntity).delete({ userId });
  }

  /** Those that cannot be used any more and are too old to be counted. */
  async deleteExpired(): Promise<number> {
    const { past } = this.database.dialect;
    const expired = { expiresAt: past(), createdAt: past(24 * HOUR_SECONDS) };
    return (await this.database.repository(OneTimeTokenEntity).delete(expired)).affected ?? 0;
  }

  private usable(digest: Buffer): FindOptionsWhere<OneTimeTokenEntity> {
    return { digest, usedAt: IsNull(), expiresAt: this.database.dialect.ahead() };
  }

  private used(): { usedAt: () => string } {
    return { usedAt: () => this.database.dialect.now };
  }
}
