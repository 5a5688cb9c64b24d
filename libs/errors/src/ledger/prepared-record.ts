import { cpuMsOf } from '#platform/kernel';
import { groupingOf } from '../grouping/grouping.js';
import { frameWithinLimits, LIMITS } from '../occurrences/limits.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { decodeWalLine } from '../write-ahead/wal-line.js';
import type { WalLine } from '../write-ahead/wal-reader.js';
import type { GroupedRecord } from './group-changes.js';

/** A record that will be quarantined, and why. */
interface Faulty {
  line: WalLine;
  fault: string;
  projectId: number | undefined;
}

/** A line of a write-ahead file, ready to be stored. */
export type Prepared = { line: WalLine; record: GroupedRecord } | Faulty;

/** Longer lines are not read: no door accepts a report that needs as much, and older ones took half of it. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Whatever is in a line of that length, it is grouped in no time. */
const SHORT_LINE_BYTES = 64 * 1024;

/** What grouping one record may take. It takes less than one; a record that takes more would do so at each start. */
const MAX_GROUPING_MS = 250;

/** Reads and groups a record. What cannot be, or takes too long, is quarantined: nothing stops those behind it. */
export function prepare(line: WalLine): Prepared {
  if (line.bytes.length > MAX_LINE_BYTES) {
    return { line, fault: `the line has ${line.bytes.length} bytes, more than any report needs`, projectId: undefined };
  }
  const record = decodeWalLine(line.bytes);
  if (!record) return { line, fault: 'the line is damaged: its check sum does not match', projectId: undefined };
  const { projectId } = record.occurrence;
  const start = performance.now();
  try {
    const occurrence = line.bytes.length > SHORT_LINE_BYTES ? withinLimits(record.occurrence) : record.occurrence;
    const grouping = record.grouping ?? groupingOf(occurrence);
    // The clock first: asking for the time of the processor costs more than grouping does.
    if (performance.now() - start > MAX_GROUPING_MS) {
      const millis = cpuMsOf(() => groupingOf(occurrence));
      if (millis > MAX_GROUPING_MS) return { line, fault: `takes ${millis.toFixed(0)} ms to group`, projectId };
    }
    return { line, record: { ...record, occurrence, grouping, isWhole: record.grouping === undefined } };
  } catch (error) {
    return { line, fault: `cannot be grouped: ${error instanceof Error ? error.message : String(error)}`, projectId };
  }
}

/** Project through whose key a record came in. */
export function projectOf(item: Prepared): number | undefined {
  return 'record' in item ? item.record.occurrence.projectId : item.projectId;
}

/** With its frames cut: those written by an older version may be of any length. */
function withinLimits(occurrence: Occurrence): Occurrence {
  return { ...occurrence, frames: occurrence.frames.slice(0, LIMITS.frames).map(frameWithinLimits) };
}
