import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { beancountFormat } from './beancount-format.js';
import { BooksCalendar } from '../books/calendar.js';
import { CSV_FORMAT } from './csv-format.js';
import { type DayRange, dayRange } from '../books/day-range.js';
import { InvalidTransactionException } from '../books/fields.exceptions.js';
import { HLEDGER_FORMAT } from './hledger-format.js';
import type { ExportFormat, LedgerFormat, Scope } from './ledger-format.js';
import { ReportRepository } from '../reports/report.repository.js';
import { SnapshotRepository } from '../integrity/snapshot.repository.js';
import { ChainExportService } from '../integrity/chain-export.service.js';

/** Before anything the ledger takes. */
const FIRST_DAY = '1970-01-01';

/** A ledger on its way to a reader. */
export interface Export {
  readonly mediaType: string;
  readonly fileName: string;
  readonly content: Readable;
}

/** Which form, and which days if not all of them. */
export interface ExportRequest {
  readonly format: ExportFormat;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Writes the posted transactions down as they were at one moment, as fast as the reader reads. */
@Injectable()
export class ExportService {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly reports: ReportRepository,
    private readonly chain: ChainExportService,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** Starts an export; a failure on the way destroys its content. @throws InvalidTransactionException */
  async export(request: ExportRequest): Promise<Export> {
    const days = this.daysOf(request);
    const content = new PassThrough();
    const started = new Promise<Omit<Export, 'content'>>((resolve, reject) => {
      this.snapshots
        .read(async (tx) => {
          const { mediaType, extension, text } = await this.open(request.format, days, tx);
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

  private daysOf({ format, from, to }: ExportRequest): DayRange | undefined {
    if (from === undefined && to === undefined) return undefined;
    if (format === 'ndjson')
      throw new InvalidTransactionException('format', 'ndjson is the whole chain of blocks: leave out from and to');
    return dayRange({ from: from ?? FIRST_DAY, to }, this.calendar, this.clock.now());
  }

  private async open(
    name: ExportFormat,
    days: DayRange | undefined,
    tx: DatabaseTransaction,
  ): Promise<{ mediaType: string; extension: string; text: AsyncGenerator<string> }> {
    if (name === 'ndjson') {
      return {
        mediaType: 'application/x-ndjson; charset=utf-8',
        extension: 'ndjson',
        text: this.chain.textOf(tx),
      };
    }
    const scope = days ? await this.scopeOf(days, tx) : await this.wholeScope(tx);
    const format = formatOf(name, scope);
    return { ...format, text: this.textOf(format, scope, days, tx) };
  }

  private async wholeScope(tx: DatabaseTransaction): Promise<Scope> {
    const accounts = (await this.snapshots.accounts(tx)).map((account) => ({ ...account, opening: 0n }));
    return { accounts, firstDay: FIRST_DAY, lastDay: await this.snapshots.lastDay(tx) };
  }

  private async scopeOf({ from, to }: DayRange, tx: DatabaseTransaction): Promise<Scope> {
    const sums = await this.reports.sumsByAccount(from, to, undefined, tx);
    const accounts = sums.map((sum) => ({ ...sum, net: sum.opening + sum.debits - sum.credits }));
    return { accounts, firstDay: from, lastDay: to };
  }

  private async *textOf(
    format: LedgerFormat,
    scope: Scope,
    days: DayRange | undefined,
    tx: DatabaseTransaction,
  ): AsyncGenerator<string> {
    yield format.head(scope);
    const span = days && { from: this.calendar.startOf(days.from), to: this.calendar.endOf(days.to) };
    for await (const page of this.snapshots.postedTransactions(tx, span)) {
      yield page.map((transaction) => format.transaction(transaction, this.calendar)).join('');
    }
    yield format.tail(scope);
  }
}

function formatOf(name: Exclude<ExportFormat, 'ndjson'>, { accounts }: Scope): LedgerFormat {
  switch (name) {
    case 'csv':
      return CSV_FORMAT;
    case 'hledger':
      return HLEDGER_FORMAT;
    case 'beancount':
      return beancountFormat(accounts);
  }
}
