import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { BatchEntity, type BatchOperation } from '../tables/batch.entity.js';

export type { BatchOperation };

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
    await tx.insertMany(BatchEntity, [batch]);
  }

  async find(id: string): Promise<Batch | undefined> {
    return (await this.database.repository(BatchEntity).findOneBy({ id })) ?? undefined;
  }
}
