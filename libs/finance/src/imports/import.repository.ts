import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Refusal } from '../books/finance.exceptions.js';

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

interface ImportRow extends Record<string, unknown> {
  id: string;
  principal_id: string;
  key: string;
  lines: string;
  posted: string;
  rejected: string;
  replayed: string;
  digest: Buffer | null;
  created_at: Date;
  updated_at: Date;
  completed_at: Date | null;
}

const ADVANCE = {
  name: 'finance_import_advance',
  text: `WITH advanced AS (
           UPDATE finance_import SET lines = $3, posted = posted + $4, replayed = replayed + $5, rejected = rejected + cardinality($7::bigint[]),
             digest = $6, updated_at = now()
           WHERE id = $1 AND lines = $2 RETURNING id)
         INSERT INTO finance_import_rejection (import_id, line, refusal)
         SELECT id, line, refusal FROM advanced, unnest($7::bigint[], $8::jsonb[]) AS refused (line, refusal)`,
};

/** Imports and their progress. */
@Injectable()
export class ImportRepository {
  constructor(private readonly database: Database) {}

  /** The import of this key; made now if there is none. */
  async open(id: string, principalId: string, key: string): Promise<Import> {
    const [row] = await this.database.query<ImportRow>(
      `INSERT INTO finance_import (id, principal_id, key) VALUES ($1, $2, $3)
       ON CONFLICT (principal_id, key) DO UPDATE SET key = excluded.key RETURNING *`,
      [id, principalId, key],
    );
    if (!row) throw new Error('An import could not be opened');
    return toImport(row);
  }

  async find(id: string): Promise<Import | undefined> {
    const [row] = await this.database.query<ImportRow>('SELECT * FROM finance_import WHERE id = $1', [id]);
    return row && toImport(row);
  }

  /** Latest first, before the given one; of one key if it is given. */
  async list(limit: number, key?: string, before = 'ffffffff-ffff-ffff-ffff-ffffffffffff'): Promise<Import[]> {
    const rows = await this.database.query<ImportRow>(
      'SELECT * FROM finance_import WHERE id < $2 AND ($3::text IS NULL OR key = $3) ORDER BY id DESC LIMIT $1',
      [limit, before, key ?? null],
    );
    return rows.map(toImport);
  }

  /** Notes what a chunk came to, once: a chunk that was noted before changes nothing. */
  async advance(id: string, { from, to, posted, replayed, rejections, digest }: Progress): Promise<void> {
    const lines = rejections.map(({ line }) => line);
    const refusals = rejections.map(({ refusal }) => JSON.stringify(refusal));
    await this.database.execute(ADVANCE, [id, from, to, posted, replayed, digest, lines, refusals]);
  }

  async complete(id: string): Promise<Import> {
    const [row] = await this.database.query<ImportRow>(
      `UPDATE finance_import SET completed_at = coalesce(completed_at, now()), updated_at = coalesce(completed_at, now())
       WHERE id = $1 RETURNING *`,
      [id],
    );
    if (!row) throw new Error('An import is not there any more');
    return toImport(row);
  }

  /** Refused lines after a line. */
  async rejections(id: string, after: number, limit: number): Promise<RejectedLine[]> {
    const rows = await this.database.query<{ line: string; refusal: Refusal }>(
      'SELECT line, refusal FROM finance_import_rejection WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3',
      [id, after, limit],
    );
    return rows.map(({ line, refusal }) => ({ line: Number(line), refusal }));
  }

  /** Those of some chunks that were posted, by their keys; of blank lines alone nothing was. */
  async chunks(principalId: string, keys: readonly string[]): Promise<Map<string, StoredChunk>> {
    const rows = await this.database.query<{ key: string; answer: object; blanks: number[] | null }>(
      `SELECT key, answer, fingerprint -> 'blanks' AS blanks FROM finance_request WHERE principal_id = $1 AND key = ANY($2::text[])`,
      [principalId, keys],
    );
    return new Map(rows.map(({ key, answer, blanks }) => [key, { answer, blanks: blanks ?? [] }]));
  }
}

function toImport(row: ImportRow): Import {
  return {
    id: row.id,
    principalId: row.principal_id,
    key: row.key,
    lines: Number(row.lines),
    posted: Number(row.posted),
    rejected: Number(row.rejected),
    replayed: Number(row.replayed),
    digest: row.digest,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    completedAt: row.completed_at,
  };
}
