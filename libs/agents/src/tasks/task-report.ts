import { ReportTooLargeException, TooManyEventsException } from './agents.exceptions.js';

/** Largest `data` of an event and largest `progress`, in bytes of JSON. */
export const MAX_REPORT_BYTES = 16 * 1024;

/** Events that a task may have, over all its attempts; when it has them, its worker tells no more of them. */
export const MAX_TASK_EVENTS = 1_000;

/**
 * What whoever works on a task tells of it is for people who look: a result belongs into the output.
 *
 * @param path where it stands in what was said, for the message
 * @throws ReportTooLargeException
 */
export function assertReportFits(report: unknown, path: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(report ?? null));
  if (bytes <= MAX_REPORT_BYTES) return;
  throw new ReportTooLargeException(`${path} has ${bytes} bytes of JSON, and ${MAX_REPORT_BYTES} are the most`, {
    details: { path, bytes, maxBytes: MAX_REPORT_BYTES },
  });
}

/**
 * @param events how many the task has, ours too
 * @throws TooManyEventsException
 */
export function assertRoomForEvent(events: number): void {
  if (events < MAX_TASK_EVENTS) return;
  throw new TooManyEventsException(
    `The task has ${events} events, and ${MAX_TASK_EVENTS} are the most: go on without`,
    {
      details: { events, maxEvents: MAX_TASK_EVENTS },
    },
  );
}
