import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

/** What a link is for. Those by which a password is chosen show also that the address is its owner's. */
export type OneTimePurpose = 'password_reset' | 'invitation' | EmailPurpose;

/** An address is its owner's; a new address is, and the owner of the present one wants it. */
export type EmailPurpose = 'email_verification' | 'new_email' | 'old_email';

/** By which links somebody chooses a password. */
export const PASSWORD_PURPOSES: readonly ('password_reset' | 'invitation')[] = ['password_reset', 'invitation'];

export const EMAIL_PURPOSES: readonly EmailPurpose[] = ['email_verification', 'new_email', 'old_email'];

/** By which links an address is changed. */
export const EMAIL_CHANGE_PURPOSES: readonly EmailPurpose[] = ['new_email', 'old_email'];

/** Seed of the numbers that mailboxes are locked by. */
const MAILBOX_LOCKS = 7_391_840;

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
    const { digest, userId, mailbox, purpose, createdAt, expiresAt } = token;
    await tx.execute(
      `INSERT INTO one_time_token (digest, user_id, mailbox, purpose, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [digest, userId, mailbox, purpose, createdAt, expiresAt],
    );
  }

  /** Links mailed to a mailbox in the last hour and day, for any account. It is locked, so that parallel requests count each other. */
  async countSince(tx: Transaction, mailbox: string): Promise<{ hour: number; day: number }> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, ${MAILBOX_LOCKS}))`, [mailbox]);
    const [row] = await tx.query<{ hour: number; day: number }>(
      `SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour')::int AS hour, count(*)::int AS day
       FROM one_time_token WHERE mailbox = $1 AND created_at > now() - interval '1 day'`,
      [mailbox],
    );
    return row ?? { hour: 0, day: 0 };
  }

  /** Whose token this is, and what for, while it can be used. */
  async find<P extends OneTimePurpose>(
    digest: Buffer,
    purposes: readonly P[],
  ): Promise<{ userId: string; purpose: P } | undefined> {
    const sql = `SELECT user_id, purpose FROM one_time_token
                 WHERE digest = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL AND expires_at > now()`;
    const [row] = await this.database.query<{ user_id: string; purpose: P }>(sql, [digest, purposes]);
    return row && { userId: row.user_id, purpose: row.purpose };
  }

  /** Uses the token up: of parallel uses one wins. */
  async use(tx: Transaction, digest: Buffer): Promise<boolean> {
    const sql =
      'UPDATE one_time_token SET used_at = now() WHERE digest = $1 AND used_at IS NULL AND expires_at > now()';
    return (await tx.execute(sql, [digest])) === 1;
  }

  /** Makes links of these kinds void. */
  async withdraw(tx: Transaction, userId: string, purposes: readonly OneTimePurpose[]): Promise<void> {
    const sql =
      'UPDATE one_time_token SET used_at = now() WHERE user_id = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL';
    await tx.execute(sql, [userId, purposes]);
  }

  /** Makes every link to a user void, and forgets that there were any. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<void> {
    await tx.execute('DELETE FROM one_time_token WHERE user_id = $1', [userId]);
  }

  /** Those that cannot be used any more and are too old to be counted. */
  deleteExpired(): Promise<number> {
    const sql = `DELETE FROM one_time_token WHERE expires_at < now() AND created_at < now() - interval '1 day'`;
    return this.database.execute(sql);
  }
}
