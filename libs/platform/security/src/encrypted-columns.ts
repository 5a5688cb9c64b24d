import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { Database } from '#platform/database';
import { ScheduledJobs } from '#platform/jobs';
import { DecryptionError } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { EncryptionService } from './encryption.service.js';

/** A column of texts that `EncryptionService` made. The place of a value is `<table>.<column>:` and its row's key, joined by colons. */
export interface EncryptedColumn {
  readonly table: string;
  readonly column: string;
  /** Columns of the primary key, in the order in which the place names them. */
  readonly key: readonly string[];
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
  add(column: EncryptedColumn): void {
    this.columns.set(nameOf(column), column);
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
      const rows = await this.outdated(column, after);
      for (const { encrypted, key } of rows) {
        const fresh = this.reencrypted(encrypted, `${nameOf(column)}:${key.join(':')}`);
        if (fresh === undefined) unreadable += 1;
        else if (await this.swap(column, key, encrypted, fresh)) renewed += 1;
      }
      if (rows.length < BATCH) break;
      after = rows.at(-1)?.key;
    }
    return { renewed, left: await this.countOutdated(column), unreadable };
  }

  private reencrypted(encrypted: string, place: string): string | undefined {
    try {
      return this.encryption.encrypt(this.encryption.decrypt(encrypted, place), place);
    } catch (error) {
      if (error instanceof DecryptionError) return undefined;
      throw error;
    }
  }

  /** The next rows in the order of their keys. */
  private async outdated(
    column: EncryptedColumn,
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

  private async swap(
    column: EncryptedColumn,
    key: readonly unknown[],
    encrypted: string,
    fresh: string,
  ): Promise<boolean> {
    const isRow = column.key.map((name, index) => `${name} = $${index + 3}`).join(' AND ');
    const sql = `UPDATE ${column.table} SET ${column.column} = $2 WHERE ${column.column} = $1 AND ${isRow}`;
    return (await this.database.execute(sql, [encrypted, fresh, ...key])) === 1;
  }

  private async countOutdated(column: EncryptedColumn): Promise<number> {
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

function nameOf({ table, column }: EncryptedColumn): string {
  return `${table}.${column}`;
}

/** SQL for whether the value names another key than `$1`; never true of NULL. */
function outdatedIn({ column }: EncryptedColumn): string {
  return `split_part(${column}, '.', 2) <> $1`;
}
