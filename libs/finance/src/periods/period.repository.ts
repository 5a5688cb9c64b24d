import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Month } from '../books/calendar.js';
import type { Manifest } from './manifest.js';

/** Closed months. */
@Injectable()
export class PeriodRepository {
  constructor(private readonly database: Database) {}

  async find(tx: Transaction, month: string): Promise<Manifest | undefined> {
    const [row] = await tx.query<{ manifest: Manifest }>('SELECT manifest FROM finance_period WHERE month = $1', [
      month,
    ]);
    return row?.manifest;
  }

  /** Latest month first, before the given one. */
  async list(limit: number, before = '9999-99'): Promise<Manifest[]> {
    const rows = await this.database.query<{ manifest: Manifest }>(
      'SELECT manifest FROM finance_period WHERE month < $2 ORDER BY month DESC LIMIT $1',
      [limit, before],
    );
    return rows.map(({ manifest }) => manifest);
  }

  /** Closes the books up to the end of the month. */
  async close(tx: Transaction, { name, end }: Month, manifest: Manifest, blockNumber: number): Promise<void> {
    await tx.execute('INSERT INTO finance_period (month, manifest, closed_at, block_number) VALUES ($1, $2, $3, $4)', [
      name,
      JSON.stringify(manifest),
      manifest.closedAt,
      blockNumber,
    ]);
    await tx.execute('UPDATE finance_head SET open_since = $1', [end]);
  }
}
