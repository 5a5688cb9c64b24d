import { ReportTooLargeException, TooManyEventsException } from './agents.exceptions.js';
import { assertReportFits, assertRoomForEvent, MAX_REPORT_BYTES, MAX_TASK_EVENTS } from './task-report.js';

/** A text whose JSON has this many bytes. */
const textOf = (bytes: number): string => 'x'.repeat(bytes - 2);

describe('what a worker tells', () => {
  it('may be as large as the bound, in bytes of JSON', () => {
    expect(() => assertReportFits(textOf(MAX_REPORT_BYTES), 'data')).not.toThrow();
    expect(() => assertReportFits(undefined, 'data')).not.toThrow();
    for (const large of [
      textOf(MAX_REPORT_BYTES + 1),
      { a: textOf(MAX_REPORT_BYTES) },
      'é'.repeat(MAX_REPORT_BYTES / 2),
    ]) {
      expect(() => assertReportFits(large, 'leases.3.progress')).toThrow(ReportTooLargeException);
    }
    expect(() => assertReportFits([textOf(MAX_REPORT_BYTES)], 'leases.3.progress')).toThrow(
      `leases.3.progress has ${MAX_REPORT_BYTES + 2} bytes of JSON, and ${MAX_REPORT_BYTES} are the most`,
    );
  });

  it('may be said as often as the bound', () => {
    expect(() => assertRoomForEvent(MAX_TASK_EVENTS - 1)).not.toThrow();
    expect(() => assertRoomForEvent(MAX_TASK_EVENTS)).toThrow(TooManyEventsException);
  });
});
