import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { RequestFingerprint } from '#platform/kernel';

/** What a key stands for: a task or a batch. */
export interface KeyTarget {
  readonly taskId: string | null;
  readonly batchId: string | null;
}

interface KeyUse extends KeyTarget {
  readonly ownerId: string;
  readonly key: string;
  readonly fingerprint: RequestFingerprint;
}

/** Idempotency keys. Each belongs to its owner. */
@Injectable()
export class IdempotencyRepository {
  /**
   * Remembers a key with what it led to; what it led to before, if it is known. The task or batch may be inserted later in the
   * transaction. A request with the same key waits here until the first one has committed.
   */
  async remember(tx: Transaction, use: KeyUse): Promise<(KeyTarget & { fingerprint: RequestFingerprint }) | undefined> {
    const { ownerId, key, fingerprint, taskId, batchId } = use;
    const inserted = await tx.execute(
      `INSERT INTO agent_idempotency_key (owner_id, key, fingerprint, task_id, batch_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [ownerId, key, fingerprint, taskId, batchId],
    );
    if (inserted > 0) return undefined;
    const [row] = await tx.query<{ task_id: string | null; batch_id: string | null; fingerprint: RequestFingerprint }>(
      'SELECT task_id, batch_id, fingerprint FROM agent_idempotency_key WHERE owner_id = $1 AND key = $2',
      [ownerId, key],
    );
    return row && { taskId: row.task_id, batchId: row.batch_id, fingerprint: row.fingerprint };
  }
}
