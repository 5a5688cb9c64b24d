import { csvLine, csvText } from '#platform/kernel';
import type { Occurrence } from '../occurrences/occurrence.js';

type Column = readonly [title: string, value: (occurrence: ExportedOccurrence) => string | number | boolean | null];

/** An occurrence with what the ledger knows of it. */
export interface ExportedOccurrence extends Occurrence {
  readonly groupId: string;
  readonly runId: string;
  readonly resolved: boolean;
  readonly resolutionNotes: string | null;
}

const COLUMNS: readonly Column[] = [
  ['errorId', ({ errorId }) => errorId],
  ['groupId', ({ groupId }) => groupId],
  ['runId', ({ runId }) => runId],
  ['timestamp', ({ timestamp }) => timestamp],
  ['severity', ({ severity }) => severity],
  ['category', ({ category }) => category],
  ['errorType', ({ errorType }) => errorType],
  ['errorMessage', ({ errorMessage }) => errorMessage],
  ['service', ({ service }) => service],
  ['release', ({ release }) => release],
  ['environment', ({ environment }) => environment],
  ['correlationId', ({ correlationId }) => correlationId],
  ['userId', ({ userId }) => userId],
  ['endpoint', ({ endpoint }) => endpoint],
  ['method', ({ method }) => method],
  ['sourceFile', ({ sourceFile }) => sourceFile],
  ['sourceLine', ({ sourceLine }) => sourceLine],
  ['resolved', ({ resolved }) => resolved],
  ['resolutionNotes', ({ resolutionNotes }) => resolutionNotes],
  ['stackTrace', ({ stackTrace }) => stackTrace],
];

/** The first line of the table. */
export const CSV_HEADER = csvLine(COLUMNS.map(([title]) => title));

/** One line of the table. */
export function toCsvLine(occurrence: ExportedOccurrence): string {
  return csvLine(
    COLUMNS.map(([, value]) => value(occurrence)).map((value) =>
      typeof value === 'string' || value === null ? csvText(value) : String(value),
    ),
  );
}
