import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { beancountFormat } from '../domain/beancount-format.js';
import { CSV_FORMAT } from '../domain/csv-format.js';
import { HLEDGER_FORMAT } from '../domain/hledger-format.js';
import type { ClosingAccount, ExportFormat, LedgerFormat } from '../domain/ledger-format.js';
import { SnapshotRepository } from '../infrastructure/snapshot.repository.js';
import { toTransactionView } from './transaction-view.js';

/** A ledger on its way to a reader. */
export interface Export {
  readonly mediaType: string;
  readonly fileName: string;
  readonly content: Readable;
}

/** Writes the posted transactions down as they were at one moment, as fast as the reader reads. */
@Injectable()
export class ExportService {
  constructor(private readonly snapshots: SnapshotRepository) {}

  /** Starts an export; a failure on the way destroys its content. */
  async export(name: ExportFormat): Promise<Export> {
    const content = new PassThrough();
    const started = new Promise<LedgerFormat>((resolve, reject) => {
      this.snapshots
        .read(async (tx) => {
          const accounts = await this.snapshots.accounts(tx);
          const format = formatOf(name, accounts);
          resolve(format);
          await pipeline(Readable.from(this.textOf(format, accounts, tx)), content);
        })
        .catch((error: unknown) => {
          reject(error);
          content.destroy(error instanceof Error ? error : new Error(String(error)));
        });
    });
    const { mediaType, extension } = await started;
    return { mediaType, fileName: `ledger.${extension}`, content };
  }

  private async *textOf(
    format: LedgerFormat,
    accounts: readonly ClosingAccount[],
    tx: DatabaseTransaction,
  ): AsyncGenerator<string> {
    yield format.head(accounts);
    for await (const page of this.snapshots.postedTransactions(tx)) {
      yield page.map((transaction) => format.transaction(transaction)).join('');
    }
    yield format.tail(accounts, await this.snapshots.lastDay(tx));
  }
}

function formatOf(name: ExportFormat, accounts: readonly ClosingAccount[]): LedgerFormat {
  switch (name) {
    case 'csv':
      return CSV_FORMAT;
    case 'hledger':
      return HLEDGER_FORMAT;
    case 'beancount':
      return beancountFormat(accounts);
    case 'ndjson':
      return NDJSON_FORMAT;
  }
}

const NDJSON_FORMAT: LedgerFormat = {
  mediaType: 'application/x-ndjson; charset=utf-8',
  extension: 'ndjson',
  head: () => '',
  transaction: (transaction) => `${JSON.stringify(toTransactionView(transaction))}\n`,
  tail: () => '',
};
