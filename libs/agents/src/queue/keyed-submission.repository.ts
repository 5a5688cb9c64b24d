import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { RequestFingerprint } from '#platform/kernel';
import { IdempotencyKeyEntity } from '../tables/idempotency-key.entity.js';

/** What a request with an idempotency key made: a task or a batch. Its answer is how that is now, so no answer is stored. */
interface Submission {
  readonly taskId: string | null;
  readonly batchId: string | null;
  readonly fingerprint: RequestFingerprint;
}

/** Requests that came with an idempotency key and gave agents work. Each key belongs to its owner. */
@Injectable()
export class KeyedSubmissionRepository {
  /**
   * Keeps a request with what it makes, which may be inserted later in the transaction. A request with the same key waits here
   * until the first one has committed.
   *
   * @returns the first request with the key, if this is not it
   */
  async keep(
    tx: Transaction,
    ownerId: string,
    key: string,
    { fingerprint, taskId, batchId }: Submission,
  ): Promise<Submission | undefined> {
    const row = { ownerId, key, fingerprint, taskId, batchId };
    if ((await tx.insertMany(IdempotencyKeyEntity, [row], { ignore: true })) > 0) return undefined;
    return (await tx.repository(IdempotencyKeyEntity).findOneBy({ ownerId, key })) ?? undefined;
  }
}
