import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { RequestFingerprint } from '#platform/kernel';

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
    owner: string,
    key: string,
    { fingerprint, taskId, batchId }: Submission,
  ): Promise<Submission | undefined> {
    const inserted = await tx.execute(
      `INSERT INTO agent_idempotency_key (owner_id, key, fingerprint, task_id, batch_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [owner, key, fingerprint, taskId, batchId],
    );
    if (inserted > 0) return undefined;
    const [row] = await tx.query<{ task_id: string | null; batch_id: string | null; fingerprint: RequestFingerprint }>(
      'SELECT task_id, batch_id, fingerprint FROM agent_idempotency_key WHERE owner_id = $1 AND key = $2',
      [owner, key],
    );
    return row && { taskId: row.task_id, batchId: row.batch_id, fingerprint: row.fingerprint };
  }
}
