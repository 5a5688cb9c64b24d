import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';

/** A user's authenticator. */
export interface Authenticator {
  /** The shared secret, encrypted. */
  readonly secret: string;
  readonly isConfirmed: boolean;
}

interface AuthenticatorRow extends Record<string, unknown> {
  totp_secret: string | null;
  is_confirmed: boolean;
}

/** Questions about authenticators and recovery codes. */
@Injectable()
export class SecondFactorRepository {
  /** Secrets of authenticators, by user. */
  readonly totpSecrets: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.totpSecrets = columns.add({ table: 'user_account', column: 'totp_secret', key: ['id'] });
  }

  async findAuthenticator(userId: string): Promise<Authenticator | undefined> {
    const sql =
      'SELECT totp_secret, totp_confirmed_at IS NOT NULL AS is_confirmed FROM user_account WHERE id = $1 AND is_active';
    const [row] = await this.database.query<AuthenticatorRow>(sql, [userId]);
    return row && row.totp_secret !== null ? { secret: row.totp_secret, isConfirmed: row.is_confirmed } : undefined;
  }

  /** Keeps a secret that is not confirmed yet; false when the user has a confirmed one. */
  async propose(tx: Transaction, userId: string, secret: string): Promise<boolean> {
    const sql = `UPDATE user_account SET totp_secret = $2, totp_last_step = 0
                 WHERE id = $1 AND totp_confirmed_at IS NULL AND is_active`;
    return (await tx.execute(sql, [userId, secret])) === 1;
  }

  /** Puts a proposed secret into force; false when it is not the proposed one any more. */
  async confirm(tx: Transaction, userId: string, secret: string, step: number): Promise<boolean> {
    const sql = `UPDATE user_account SET totp_confirmed_at = now(), totp_last_step = $3
                 WHERE id = $1 AND totp_secret = $2 AND totp_confirmed_at IS NULL AND is_active`;
    return (await tx.execute(sql, [userId, secret, step])) === 1;
  }

  /** Uses up a step: of parallel uses of one code one wins, and earlier codes are worth nothing after it. */
  async useStep(tx: Transaction, userId: string, step: number): Promise<boolean> {
    const sql = `UPDATE user_account SET totp_last_step = $2
                 WHERE id = $1 AND totp_last_step < $2 AND totp_confirmed_at IS NOT NULL`;
    return (await tx.execute(sql, [userId, step])) === 1;
  }

  /** Whether the user has this recovery code, unused. @param digests of it, one for each key */
  async hasRecoveryCode(userId: string, digests: readonly Buffer[]): Promise<boolean> {
    const sql = 'SELECT 1 FROM recovery_code WHERE user_id = $1 AND digest = ANY ($2::bytea[]) AND used_at IS NULL';
    return (await this.database.query(sql, [userId, digests])).length > 0;
  }

  /** Uses up a recovery code; false when it is unknown or was used before. @param digests of it, one for each key */
  async useRecoveryCode(tx: Transaction, userId: string, digests: readonly Buffer[]): Promise<boolean> {
    const sql = `UPDATE recovery_code SET used_at = now()
                 WHERE user_id = $1 AND digest = ANY ($2::bytea[]) AND used_at IS NULL`;
    return (await tx.execute(sql, [userId, digests])) === 1;
  }

  async replaceRecoveryCodes(tx: Transaction, userId: string, digests: readonly Buffer[]): Promise<void> {
    await tx.execute('DELETE FROM recovery_code WHERE user_id = $1', [userId]);
    await tx.execute('INSERT INTO recovery_code (user_id, digest) SELECT $1, unnest($2::bytea[])', [userId, digests]);
  }

  /** Removes an authenticator, proposed or confirmed, and recovery codes, if there are any. */
  async erase(tx: Transaction, userId: string): Promise<void> {
    await this.remove(tx, userId);
    await tx.execute('UPDATE user_account SET totp_secret = NULL, totp_last_step = 0 WHERE id = $1', [userId]);
  }

  /** Removes authenticator and recovery codes; false when there was no confirmed one. */
  async remove(tx: Transaction, userId: string): Promise<boolean> {
    await tx.execute('DELETE FROM recovery_code WHERE user_id = $1', [userId]);
    const sql = `UPDATE user_account SET totp_secret = NULL, totp_confirmed_at = NULL
                 WHERE id = $1 AND totp_confirmed_at IS NOT NULL`;
    return (await tx.execute(sql, [userId])) === 1;
  }
}
