import { Injectable } from '@nestjs/common';
import { Clock, textPieces } from '#platform/kernel';
import { CSV_HEADER, toCsvLine } from './occurrence-csv.js';
import {
  type ExportFilter,
  OccurrenceRepository,
  type RecordedOccurrence,
} from '../occurrences/occurrence.repository.js';

export type { ExportFilter } from '../occurrences/occurrence.repository.js';

export const EXPORT_FORMATS = ['json', 'ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const CHUNK = 200;

/** Hands out occurrences one after the other, whatever their number; as many are in memory as one query brings. */
@Injectable()
export class OccurrenceExportService {
  constructor(
    private readonly occurrences: OccurrenceRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * The text of an export, piece by piece, oldest first: what was accepted before it began.
   *
   * @param show turns an occurrence into what JSON shows of it
   */
  async *texts(
    format: ExportFormat,
    filter: ExportFilter,
    show: (occurrence: RecordedOccurrence) => unknown,
  ): AsyncGenerator<string> {
    if (format === 'csv') {
      yield CSV_HEADER;
      yield* textPieces(this.chunks(filter), toCsvLine);
    } else if (format === 'ndjson') {
      yield* textPieces(this.chunks(filter), (occurrence) => `${JSON.stringify(show(occurrence))}\n`);
    } else {
      let opening = '[';
      yield* textPieces(this.chunks(filter), (occurrence) => {
        const text = `${opening}\n${JSON.stringify(show(occurrence))}`;
        opening = ',';
        return text;
      });
      yield opening === '[' ? '[]\n' : '\n]\n';
    }
  }

  private async *chunks(filter: ExportFilter): AsyncGenerator<RecordedOccurrence[]> {
    const until = this.clock.now();
    let after: readonly [time: string, id: string] | undefined;
    for (;;) {
      const chunk = await this.occurrences.listAccepted(filter, until, CHUNK, after);
      const last = chunk.at(-1);
      if (!last) return;
      yield chunk;
      after = [last.receivedAt, last.errorId];
    }
  }
}
