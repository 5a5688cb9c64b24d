import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { RequestFingerprint } from '#platform/kernel';
import { EncryptedColumns } from '#platform/security';

/** A request that was answered. */
export interface AnsweredRequest {
  fingerprint: RequestFingerprint;
  encryptedAnswer: string;
}

/** Requests that came with an idempotency key. */
@Injectable()
export class KeyedRequestRepository {
  constructor(columns: EncryptedColumns) {
    columns.add({ table: 'error_request', column: 'encrypted_answer', key: ['principal_id', 'key'] });
  }

  /** Whether nobody else is at work on this key; if so, nobody will be until the transaction ends. */
  async begin(tx: Transaction, principalId: string, key: string): Promise<boolean> {
    const [row] = await tx.query<{ is_free: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtextextended('errors.request ' || $1 || ' ' || $2, 0)) AS is_free`,
      [principalId, key],
    );
    return row?.is_free === true;
  }

  async find(tx: Transaction, principalId: string, key: string): Promise<AnsweredRequest | undefined> {
    const [row] = await tx.query<{ fingerprint: RequestFingerprint; encrypted_answer: string }>(
      `SELECT fingerprint, encrypted_answer FROM error_request WHERE principal_id = $1 AND key = $2`,
      [principalId, key],
    );
    return row && { fingerprint: row.fingerprint, encryptedAnswer: row.encrypted_answer };
  }

  async add(tx: Transaction, principalId: string, key: string, request: AnsweredRequest, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO error_request (principal_id, key, fingerprint, encrypted_answer, created_at) VALUES ($1, $2, $3, $4, $5)`,
      [principalId, key, JSON.stringify(request.fingerprint), request.encryptedAnswer, at],
    );
  }
}
