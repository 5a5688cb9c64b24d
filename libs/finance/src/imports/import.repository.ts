import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import { Database } from '#platform/database';
import type { Refusal } from '../books/finance.exceptions.js';
import { ImportRejectionEntity } from '../tables/import-rejection.entity.js';
import { ImportEntity } from '../tables/import.entity.js';
import { RequestEntity } from '../tables/request.entity.js';

/** How far an import has come. */
export interface Import {
  readonly id: string;
  readonly principalId: string;
  readonly key: string;
  /** Lines that were dealt with, blank ones included: where it goes on. */
  readonly lines: number;
  readonly posted: number;
  readonly rejected: number;
  readonly replayed: number;
  /** SHA-256 over these lines. */
  readonly digest: Buffer | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
}

/** What a chunk of lines came to. */
export interface Progress {
  /** Lines before the chunk, and with it. */
  readonly from: number;
  readonly to: number;
  readonly posted: number;
  readonly replayed: number;
  readonly rejections: readonly RejectedLine[];
  readonly digest: Buffer;
}

/** What was answered to a chunk that was posted, and which of its lines were blank, counted from its first. */
export interface StoredChunk {
  readonly answer: object;
  readonly blanks: readonly number[];
}

export interface RejectedLine {
  readonly line: number;
  readonly refusal: Refusal;
}

/** Imports and their progress. */
@Injectable()
export class ImportRepository {
  constructor(private readonly database: Database) {}

  /** The import of this key; made now if there is none. */
  async open(id: string, principalId: string, key: string): Promise<Import> {
    await this.database.insertMany(ImportEntity, [{ id, principalId, key }], { ignore: true });
    return this.database.repository(ImportEntity).findOneByOrFail({ principalId, key });
  }

  async find(id: string): Promise<Import | undefined> {
    return (await this.database.repository(ImportEntity).findOneBy({ id })) ?? undefined;
  }

  /** Latest first, before the given one; of one key if it is given. */
  list(limit: number, key?: string, before?: string): Promise<Import[]> {
    return this.database.repository(ImportEntity).find({
      where: { ...(key !== undefined && { key }), ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Notes what a chunk came to, once: a chunk that was noted before changes nothing. */
  async advance(id: string, { from, to, posted, replayed, rejections, digest }: Progress): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { affected } = await tx
        .repository(ImportEntity)
        .createQueryBuilder()
        .update()
        .set({
          lines: to,
          posted: () => 'posted + :posted',
          replayed: () => 'replayed + :replayed',
          rejected: () => 'rejected + :rejected',
          digest,
          updatedAt: () => this.database.dialect.now,
        })
        .where({ id, lines: from })
        .setParameters({ posted, replayed, rejected: rejections.length })
        .execute();
      if (affected !== 1 || rejections.length === 0) return;
      const refused = rejections.map(({ line, refusal }) => ({ importId: id, line, refusal }));
      await tx.insertMany(ImportRejectionEntity, refused);
    });
  }

  /** Notes that the stream has ended; when it was noted before, that time stays. */
  async complete(id: string): Promise<Import> {
    const completedAt = (): string => `coalesce(completed_at, ${this.database.dialect.now})`;
    await this.database.repository(ImportEntity).update({ id }, { completedAt, updatedAt: completedAt });
    return this.database.repository(ImportEntity).findOneByOrFail({ id });
  }

  /** Refused lines after a line. */
  rejections(id: string, after: number, limit: number): Promise<RejectedLine[]> {
    return this.database.repository(ImportRejectionEntity).find({
      where: { importId: id, line: MoreThan(after) },
      order: { line: 'ASC' },
      take: limit,
    });
  }

  /** Those of some chunks that were posted, by their keys; of blank lines alone nothing was. */
  async chunks(principalId: string, keys: readonly string[]): Promise<Map<string, StoredChunk>> {
    const requests = await this.database.repository(RequestEntity).findBy({ principalId, key: In(keys) });
    return new Map(
      requests.map(({ key, answer, fingerprint }) => {
        const { blanks = [] } = fingerprint as { blanks?: number[] };
        return [key, { answer: answer ?? {}, blanks }];
      }),
    );
  }
}
