import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

export type OneTimePurpose = 'password_reset' | 'invitation';

/** Questions about tokens that let somebody choose a password once. Only their digests are kept. */
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

  /** Whose token this is, while it can be used. */
  async findUser(digest: Buffer): Promise<string | undefined> {
    const sql = 'SELECT user_id FROM one_time_token WHERE digest = $1 AND used_at IS NULL AND expires_at > now()';
    const [row] = await this.database.query<{ user_id: string }>(sql, [digest]);
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
    await tx.execute('UPDATE one_time_token SET used_at = now() WHERE user_id = $1 AND used_at IS NULL', [userId]);
  }

  deleteExpired(): Promise<number> {
    return this.database.execute('DELETE FROM one_time_token WHERE expires_at < now()');
  }
}
