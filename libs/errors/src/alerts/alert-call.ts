import type { Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';

/** What an alert waits for. */
export const ALERT_EVENTS = ['new', 'regressed', 'rate'] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

/** What an alert tells. */
export interface AlertCall {
  /** The same whenever it is tried again. */
  readonly id: string;
  readonly event: AlertEvent;
  readonly happenedAt: Date;
  readonly alert: { readonly id: string; readonly name: string };
  readonly group: {
    readonly id: string;
    readonly title: string;
    readonly culprit: string;
    readonly severity: Severity;
    readonly status: GroupStatus;
    readonly count: number;
    readonly service: string;
    readonly release: string | null;
    readonly firstSeen: Date;
    readonly lastSeen: Date;
  };
  /** Where the group is shown. */
  readonly groupUrl: string;
}
