import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { beancountFormat } from '../domain/beancount-format.js';
import { CSV_FORMAT } from '../domain/csv-format.js';
import { HLEDGER_FORMAT } from '../domain/hledger-format.js';
import type { ClosingAccount, ExportFormat, LedgerFormat } from '../domain/ledger-format.js';
import { SnapshotRepository } from '../infrastructure/snapshot.repository.js';
import { ChainExportService } from './chain-export.service.js';

/** A ledger on its way to a reader. */
export interface Export {
  readonly mediaType: string;
  readonly fileName: string;
  readonly content: Readable;
}

/** Writes the posted transactions down as they were at one moment, as fast as the reader reads. */
@Injectable()
export class ExportService {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly chain: ChainExportService,
  ) {}

  /** Starts an export; a failure on the way destroys its content. */
  async export(name: ExportFormat): Promise<Export> {
    const content = new PassThrough();
    const started = new Promise<Omit<Export, 'content'>>((resolve, reject) => {
      this.snapshots
        .read(async (tx) => {
          const { mediaType, extension, text } = await this.open(name, tx);
          resolve({ mediaType, fileName: `ledger.${extension}` });
          await pipeline(Readable.from(text), content);
        })
        .catch((error: unknown) => {
          reject(error);
          content.destroy(error instanceof Error ? error : new Error(String(error)));
        });
    });
    return { ...(await started), content };
  }

  private async open(
    name: ExportFormat,
    tx: DatabaseTransaction,
  ): Promise<{ mediaType: string; extension: string; text: AsyncGenerator<string> }> {
    if (name === 'ndjson') {
      return {
        mediaType: 'application/x-ndjson; charset=utf-8',
        extension: 'ndjson',
        text: this.chain.textOf(tx),
      };
    }
    const accounts = await this.snapshots.accounts(tx);
    const format = formatOf(name, accounts);
    return { ...format, text: this.textOf(format, accounts, tx) };
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

function formatOf(name: Exclude<ExportFormat, 'ndjson'>, accounts: readonly ClosingAccount[]): LedgerFormat {
  switch (name) {
    case 'csv':
      return CSV_FORMAT;
    case 'hledger':
      return HLEDGER_FORMAT;
    case 'beancount':
      return beancountFormat(accounts);
  }
}
