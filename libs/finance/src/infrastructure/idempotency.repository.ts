import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';

/** A write that was asked for under a key. */
export interface KeyedRequest {
  principalId: string;
  key: string;
  /** The request in canonical form; what a repeated one is compared with. */
  fingerprint: Readonly<Record<string, unknown>>;
}

/** What was answered to it. */
export interface StoredAnswer {
  fingerprint: Record<string, unknown>;
  answer: Record<string, unknown>;
}

const CLAIM = {
  name: 'finance_request_claim',
  text: `INSERT INTO finance_request (principal_id, key, fingerprint, created_at)
         SELECT p, k, f, $4 FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS asked (p, k, f) ORDER BY p, k
         ON CONFLICT DO NOTHING RETURNING principal_id, key`,
};

const ANSWER = {
  name: 'finance_request_answer',
  text: `UPDATE finance_request r SET answer = given.answer
         FROM unnest($1::uuid[], $2::text[], $3::json[]) AS given (principal_id, key, answer)
         WHERE r.principal_id = given.principal_id AND r.key = given.key`,
};

/** Keys of write requests and what was answered, in the same commit as what they posted. Kept for good. */
@Injectable()
export class IdempotencyRepository {
  /**
   * Claims the keys that nobody used before. A key that another replica is posting under right now is waited for.
   *
   * @returns the claimed ones, as `principal key`
   */
  async claim(tx: Transaction, requests: readonly KeyedRequest[], at: Date): Promise<Set<string>> {
    const rows = await tx.query<{ principal_id: string; key: string }>(CLAIM, [
      requests.map(({ principalId }) => principalId),
      requests.map(({ key }) => key),
      requests.map(({ fingerprint }) => JSON.stringify(fingerprint)),
      at,
    ]);
    return new Set(rows.map((row) => `${row.principal_id} ${row.key}`));
  }

  async find(tx: Transaction, { principalId, key }: KeyedRequest): Promise<StoredAnswer | undefined> {
    const sql = 'SELECT fingerprint, answer FROM finance_request WHERE principal_id = $1 AND key = $2';
    const [row] = await tx.query<{ fingerprint: Record<string, unknown>; answer: Record<string, unknown> }>(sql, [
      principalId,
      key,
    ]);
    return row;
  }

  async answer(tx: Transaction, answers: readonly { request: KeyedRequest; answer: object }[]): Promise<void> {
    await tx.execute(ANSWER, [
      answers.map(({ request }) => request.principalId),
      answers.map(({ request }) => request.key),
      answers.map(({ answer }) => JSON.stringify(answer)),
    ]);
  }
}
