import type { Severity } from '#platform/kernel';
import type { AlertEvent } from './alert-call.js';
import type { AlertChannel } from './alert-channels.js';

/** A rule: what has to happen to which groups, and where to call then. */
export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly event: AlertEvent;
  /** Groups of this severity or graver; `null` means all. */
  readonly severity: Severity | null;
  /** For `rate`: more occurrences of a group in a minute. */
  readonly ratePerMinute: number | null;
  readonly channel: AlertChannel;
  readonly url: string;
  readonly createdAt: Date;
}

/** Something that happened to a group. */
export interface GroupEvent {
  readonly groupId: string;
  readonly event: Exclude<AlertEvent, 'rate'>;
  readonly severity: Severity;
  /** Tells occasions of the same event apart; an alert is called once for each. */
  readonly occasion: string;
  /** Of the occurrence that made it happen. */
  readonly correlationId: string | null;
}

/** Seconds from one attempt to the next; after the last one a call is given up. */
const RETRY_SECONDS = [5, 30, 120, 600, 3_600, 21_600] as const;

/** When to try again after so many failed attempts; `undefined` when it is given up. */
export function retryAfterSeconds(attempts: number): number | undefined {
  return RETRY_SECONDS[attempts - 1];
}
