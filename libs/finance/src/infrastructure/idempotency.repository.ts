import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';

/** A write that was asked for under a key. */
export interface KeyedRequest {
  readonly principalId: string;
  readonly key: string;
  /** The request in canonical form; what a repeated one is compared with. */
  readonly fingerprint: Readonly<Record<string, unknown>>;
}

/** A fresh request and what it is answered. */
export interface FreshAnswer {
  readonly request: KeyedRequest;
  readonly answer: object;
}

/** What was answered to it. */
export interface StoredAnswer {
  readonly fingerprint: Readonly<Record<string, unknown>>;
  readonly answer: object;
}

/** One look into the index for each key: a plan made while the table was small must not read all of it when it is large. */
const FIND = {
  name: 'finance_request_find',
  text: `SELECT r.principal_id, r.key, r.fingerprint, r.answer FROM unnest($1::uuid[], $2::text[]) AS asked (p, k)
         CROSS JOIN LATERAL (SELECT * FROM finance_request WHERE principal_id = p AND key = k LIMIT 1) AS r`,
};

const ADD = {
  name: 'finance_request_add',
  text: `INSERT INTO finance_request (principal_id, key, fingerprint, answer, created_at, block_number)
         SELECT p, k, f, a, $5, $6 FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::json[]) AS asked (p, k, f, a)`,
};

interface Row extends Record<string, unknown> {
  principal_id: string;
  key: string;
  fingerprint: Record<string, unknown>;
  answer: object;
}

/** The identity of a request. */
export function idOf({ principalId, key }: Pick<KeyedRequest, 'principalId' | 'key'>): string {
  return `${principalId} ${key}`;
}

/** Keys of write requests and what was answered, in the same commit as what they posted. Kept for good. */
@Injectable()
export class IdempotencyRepository {
  /** What was answered under these keys before, by `idOf`. */
  async find(tx: Transaction, requests: readonly KeyedRequest[]): Promise<Map<string, StoredAnswer>> {
    if (requests.length === 0) return new Map();
    const rows = await tx.query<Row>(FIND, [
      requests.map(({ principalId }) => principalId),
      requests.map(({ key }) => key),
    ]);
    return new Map(
      rows.map(({ principal_id, key, fingerprint, answer }) => [
        idOf({ principalId: principal_id, key }),
        { fingerprint, answer },
      ]),
    );
  }

  async add(tx: Transaction, answers: readonly FreshAnswer[], head: { now: Date; blockNumber: number }): Promise<void> {
    if (answers.length === 0) return;
    await tx.execute(ADD, [
      answers.map(({ request }) => request.principalId),
      answers.map(({ request }) => request.key),
      answers.map(({ request }) => JSON.stringify(request.fingerprint)),
      answers.map(({ answer }) => JSON.stringify(answer)),
      head.now,
      head.blockNumber + 1,
    ]);
  }
}
