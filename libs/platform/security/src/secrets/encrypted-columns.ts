import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { Database } from '#platform/database';
import { ScheduledJobs } from '#platform/jobs';
import { DecryptionException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { EncryptionService } from './encryption.service.js';

/** Where texts are kept encrypted. The place of a value is `<table>.<column>:` and its row's key, joined by colons. */
export interface ColumnPlace {
  readonly table: string;
  readonly column: string;
  /** Columns of the primary key, in the order in which the place names them. */
  readonly key: readonly string[];
}

/** A column of encrypted texts; a value opens in its own row only. */
export class EncryptedColumn {
  readonly name: string;

  constructor(
    readonly place: ColumnPlace,
    private readonly encryption: EncryptionService,
  ) {
    this.name = `${place.table}.${place.column}`;
  }

  /** @param key the key of the row, in the order of its columns */
  encrypt(plaintext: Buffer | string, ...key: unknown[]): string {
    return this.encryption.encrypt(plaintext, this.placeOf(key));
  }

  /** @throws DecryptionException when the value is of another row or key, or was changed */
  decrypt(encrypted: string, ...key: unknown[]): Buffer {
    return this.encryption.decrypt(encrypted, this.placeOf(key));
  }

  private placeOf(key: readonly unknown[]): string {
    return `${this.name}:${key.join(':')}`;
  }
}

/** What one pass over a column came to. */
export interface ReencryptionPass {
  /** Values that it encrypted anew. */
  readonly renewed: number;
  /** Values that are not under the present key after it. */
  readonly left: number;
  /** Those among them that no configured key opens. */
  readonly unreadable: number;
}

const EVERY_SECONDS = 300;

/** Rows that one statement reads. */
const BATCH = 100;

/** A pass ends after this long, well within its lease; the next one goes on. */
const PASS_MS = 120_000;

/**
 * Encrypts anew what is under the key before the last rotation, so that this key can be taken away. Each column is a job of its
 * own, since a process has those of its modules only.
 */
@Injectable()
export class EncryptedColumns implements OnApplicationBootstrap {
  private readonly columns = new Map<string, EncryptedColumn>();
  private readonly told = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly encryption: EncryptionService,
    private readonly jobs: ScheduledJobs,
    private readonly config: SecurityConfig,
    private readonly logger: AppLogger,
  ) {}

  /** Called by who keeps the column, before the application has started. */
  add(place: ColumnPlace): EncryptedColumn {
    const column = new EncryptedColumn(place, this.encryption);
    this.columns.set(column.name, column);
    return column;
  }

  onApplicationBootstrap(): void {
    // Without the previous key nothing could be read that is not under the present one.
    if (this.config.secretKeyPrevious === undefined) return;
    for (const [name, column] of this.columns) {
      this.jobs.register({
        name: `security.reencrypt.${name}`,
        everySeconds: EVERY_SECONDS,
        run: async (signal) => this.tell(name, await this.renew(column, signal)),
      });
    }
  }

  /** Encrypts anew by compare-and-swap, row by row: a value that is changed meanwhile is left as it then is. */
  async renew(column: EncryptedColumn, signal?: AbortSignal): Promise<ReencryptionPass> {
    const until = performance.now() + PASS_MS;
    let [renewed, unreadable] = [0, 0];
    let after: readonly unknown[] | undefined;
    while (!signal?.aborted && performance.now() < until) {
      const rows = await this.outdated(column.place, after);
      for (const { encrypted, key } of rows) {
        const fresh = reencrypted(column, encrypted, key);
        if (fresh === undefined) unreadable += 1;
        else if (await this.swap(column.place, key, encrypted, fresh)) renewed += 1;
      }
      if (rows.length < BATCH) break;
      after = rows.at(-1)?.key;
    }
    return { renewed, left: await this.countOutdated(column.place), unreadable };
  }

  /** The next rows in the order of their keys. */
  private async outdated(
    column: ColumnPlace,
    after: readonly unknown[] | undefined,
  ): Promise<{ encrypted: string; key: unknown[] }[]> {
    const keys = column.key.join(', ');
    const further = after ? `AND (${keys}) > (${column.key.map((_, index) => `$${index + 2}`).join(', ')})` : '';
    const sql = `SELECT ${column.column} AS encrypted, ${keys} FROM ${column.table}
                 WHERE ${outdatedIn(column)} ${further} ORDER BY ${keys} LIMIT ${BATCH}`;
    const rows = await this.database.query<{ encrypted: string } & Record<string, unknown>>(sql, [
      this.encryption.keyId,
      ...(after ?? []),
    ]);
    return rows.map((row) => ({ encrypted: row.encrypted, key: column.key.map((name) => row[name]) }));
  }

  private async swap(column: ColumnPlace, key: readonly unknown[], encrypted: string, fresh: string): Promise<boolean> {
    const isRow = column.key.map((name, index) => `${name} = $${index + 3}`).join(' AND ');
    const sql = `UPDATE ${column.table} SET ${column.column} = $2 WHERE ${column.column} = $1 AND ${isRow}`;
    return (await this.database.execute(sql, [encrypted, fresh, ...key])) === 1;
  }

  private async countOutdated(column: ColumnPlace): Promise<number> {
    const sql = `SELECT count(*)::int AS left FROM ${column.table} WHERE ${outdatedIn(column)}`;
    const [row] = await this.database.query<{ left: number }>(sql, [this.encryption.keyId]);
    return row?.left ?? 0;
  }

  private tell(name: string, { renewed, left, unreadable }: ReencryptionPass): void {
    if (renewed === 0 && left === 0 && this.told.has(name)) return;
    this.told.add(name);
    const unread = unreadable > 0 ? `, of which ${unreadable} open with no configured key` : '';
    this.logger[left > 0 ? 'warn' : 'log'](
      `${name}: ${renewed} values encrypted anew, ${left} left under another key${unread}`,
      'Encryption',
    );
  }
}

function reencrypted(column: EncryptedColumn, encrypted: string, key: readonly unknown[]): string | undefined {
  try {
    return column.encrypt(column.decrypt(encrypted, ...key), ...key);
  } catch (error) {
    if (error instanceof DecryptionException) return undefined;
    throw error;
  }
}

/** SQL for whether the value names another key than `$1`; never true of NULL. */
function outdatedIn({ column }: ColumnPlace): string {
  return `split_part(${column}, '.', 2) <> $1`;
}
