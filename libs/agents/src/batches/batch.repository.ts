import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { TaskFailure } from '../tasks/task.js';

/** An operation as it was taken: a task, or the reason why there is none. */
export interface BatchOperation {
  readonly agent: string;
  readonly taskId: string | null;
  readonly error: TaskFailure | null;
  /** JSON Pointers into the output; `null` is all of it. */
  readonly select: readonly string[] | null;
}

/** A batch that was taken. */
export interface Batch {
  readonly id: string;
  readonly createdBy: string;
  readonly operations: readonly BatchOperation[];
}

/** Batches, so that they can be looked at again, with what was asked of each operation. */
@Injectable()
export class BatchRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, batch: Batch): Promise<void> {
    await tx.execute('INSERT INTO agent_batch (id, created_by, operations) VALUES ($1, $2, $3)', [
      batch.id,
      batch.createdBy,
      JSON.stringify(batch.operations),
    ]);
  }

  async find(id: string): Promise<Batch | undefined> {
    const [row] = await this.database.query<{ id: string; created_by: string; operations: BatchOperation[] }>(
      'SELECT id, created_by, operations FROM agent_batch WHERE id = $1',
      [id],
    );
    return row && { id: row.id, createdBy: row.created_by, operations: row.operations };
  }
}
