import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

/** What a link is for. Those by which a password is chosen show also that the address is its owner's. */
export type OneTimePurpose = 'password_reset' | 'invitation' | 'email_verification';

/** By which links somebody chooses a password. */
export const PASSWORD_PURPOSES: readonly OneTimePurpose[] = ['password_reset', 'invitation'];

/** Questions about tokens of links that can be used once. Only their digests are kept. */
@Injectable()
export class OneTimeTokenRepository {
  constructor(private readonly database: Database) {}

  async insert(
    tx: Transaction,
    token: { digest: Buffer; userId: string; purpose: OneTimePurpose; createdAt: Date; expiresAt: Date },
  ): Promise<void> {
    const { digest, userId, purpose, createdAt, expiresAt } = token;
    await tx.execute(
      'INSERT INTO one_time_token (digest, user_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [digest, userId, purpose, createdAt, expiresAt],
    );
  }

  /** Links mailed to a user in the last hour and day. The user's row is locked, so that parallel requests count each other. */
  async countSince(tx: Transaction, userId: string): Promise<{ hour: number; day: number }> {
    await tx.query('SELECT 1 FROM user_account WHERE id = $1 FOR NO KEY UPDATE', [userId]);
    const [row] = await tx.query<{ hour: number; day: number }>(
      `SELECT count(*) FILTER (WHERE created_at > now() - interval '1 hour')::int AS hour, count(*)::int AS day
       FROM one_time_token WHERE user_id = $1 AND created_at > now() - interval '1 day'`,
      [userId],
    );
    return row ?? { hour: 0, day: 0 };
  }

  /** Whose token this is, while it can be used. */
  async findUser(digest: Buffer, purposes: readonly OneTimePurpose[]): Promise<string | undefined> {
    const sql = `SELECT user_id FROM one_time_token
                 WHERE digest = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL AND expires_at > now()`;
    const [row] = await this.database.query<{ user_id: string }>(sql, [digest, purposes]);
    return row?.user_id;
  }

  /** Uses the token up: of parallel uses one wins. */
  async use(tx: Transaction, digest: Buffer): Promise<boolean> {
    const sql =
      'UPDATE one_time_token SET used_at = now() WHERE digest = $1 AND used_at IS NULL AND expires_at > now()';
    return (await tx.execute(sql, [digest])) === 1;
  }

  /** A password that was chosen makes older ways to choose one void. */
  async withdrawAllOf(tx: Transaction, userId: string): Promise<void> {
    const sql =
      'UPDATE one_time_token SET used_at = now() WHERE user_id = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL';
    await tx.execute(sql, [userId, PASSWORD_PURPOSES]);
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
