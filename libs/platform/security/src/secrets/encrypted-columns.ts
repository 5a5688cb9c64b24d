import { Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { DecryptionException } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { type ColumnPlace, EncryptedValuesRepository } from './encrypted-values.repository.js';
import { EncryptionService } from './encryption.service.js';

/** A column of encrypted texts; a value opens in its own row only. */
export class EncryptedColumn {
  constructor(
    readonly place: ColumnPlace,
    private readonly encryption: EncryptionService,
  ) {}

  /** @param key the key of the row, in the order of its columns */
  encrypt(plaintext: Buffer | string, ...key: unknown[]): string {
    return this.encryption.encrypt(plaintext, this.placeOf(key));
  }

  /** @throws DecryptionException when the value is of another row or key, or was changed */
  decrypt(encrypted: string, ...key: unknown[]): Buffer {
    return this.encryption.decrypt(encrypted, this.placeOf(key));
  }

  private placeOf(key: readonly unknown[]): string {
    return `${this.place.name}:${key.join(':')}`;
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
    private readonly values: EncryptedValuesRepository,
    private readonly encryption: EncryptionService,
    private readonly jobs: ScheduledJobs,
    private readonly config: SecurityConfig,
    private readonly logger: AppLogger,
  ) {}

  /** Called by who keeps the column, before the application has started. */
  add<T extends object>(entity: Type<T>, property: keyof T & string): EncryptedColumn {
    const place = this.values.placeOf(entity, property);
    const encrypted = new EncryptedColumn(place, this.encryption);
    this.columns.set(place.name, encrypted);
    return encrypted;
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
      const rows = await this.values.outdated(column.place, after, BATCH);
      for (const { encrypted, key } of rows) {
        const fresh = reencrypted(column, encrypted, key);
        if (fresh === undefined) unreadable += 1;
        else if (await this.values.swap(column.place, key, encrypted, fresh)) renewed += 1;
      }
      if (rows.length < BATCH) break;
      after = rows.at(-1)?.key;
    }
    return { renewed, left: await this.values.countOutdated(column.place), unreadable };
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
