import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { KeyedRequestEntity } from './keyed-request.entity.js';

/** Requests that came with an idempotency key and were answered. */
@Injectable()
export class KeyedRequestRepository {
  /** Answers show secrets, and the digest of a password could be guessed. */
  readonly answers: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.answers = columns.add(KeyedRequestEntity, 'encryptedAnswer');
  }

  /** Whether nobody else is at work on this key; if so, nobody will be until the transaction ends. */
  async begin(tx: Transaction, owner: string, key: string): Promise<boolean> {
    const [row] = await tx.query<{ is_free: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended('idempotent_request ' || $1 || ' ' || $2, 0)) AS is_free`,
      [owner, key],
    );
    return row?.is_free === true;
  }

  async find(tx: Transaction, owner: string, key: string): Promise<string | undefined> {
    const [row] = await tx.query<{ encrypted_answer: string }>(
      'SELECT encrypted_answer FROM idempotent_request WHERE owner = $1 AND key = $2',
      [owner, key],
    );
    return row?.encrypted_answer;
  }

  async add(tx: Transaction, owner: string, key: string, encryptedAnswer: string, at: Date): Promise<void> {
    await tx.execute(
      'INSERT INTO idempotent_request (owner, key, encrypted_answer, created_at) VALUES ($1, $2, $3, $4)',
      [owner, key, encryptedAnswer, at],
    );
  }

  /** Forgets the oldest that came before a time, at most so many. @returns how many */
  forget(before: Date, most: number): Promise<number> {
    return this.database.execute(
      `DELETE FROM idempotent_request WHERE (owner, key) IN
         (SELECT owner, key FROM idempotent_request WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
      [before, most],
    );
  }
}
