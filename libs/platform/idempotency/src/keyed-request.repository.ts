import { Injectable } from '@nestjs/common';
import { LessThan, LessThanOrEqual } from 'typeorm';
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
  begin(tx: Transaction, owner: string, key: string): Promise<boolean> {
    return tx.tryLock('idempotent-request', `${owner} ${key}`);
  }

  async find(tx: Transaction, owner: string, key: string): Promise<string | undefined> {
    const request = await tx.repository(KeyedRequestEntity).findOneBy({ owner, key });
    return request?.encryptedAnswer;
  }

  async add(tx: Transaction, owner: string, key: string, encryptedAnswer: string, at: Date): Promise<void> {
    await tx.insertMany(KeyedRequestEntity, [{ owner, key, encryptedAnswer, createdAt: at }]);
  }

  /** Forgets the oldest that came before a time, not many more than `most`. @returns how many */
  async forget(before: Date, most: number): Promise<number> {
    const requests = this.database.repository(KeyedRequestEntity);
    const [last] = await requests.find({
      where: { createdAt: LessThan(before) },
      order: { createdAt: 'ASC' },
      skip: most - 1,
      take: 1,
    });
    const old = last ? LessThanOrEqual(last.createdAt) : LessThan(before);
    return (await requests.delete({ createdAt: old })).affected ?? 0;
  }
}
