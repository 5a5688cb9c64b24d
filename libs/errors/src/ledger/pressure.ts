import { cutText } from '#platform/kernel';
import type { Grouping } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';

/**
 * How full the ledger's share of the disk is, and what it therefore does with reports:
 *
 * - `normal`: everything is kept.
 * - `sampling`: of the repeats of a failure every tenth is kept whole, the others without detail.
 * - `shedding`: all repeats lose their detail, and reports of severity low and info are refused.
 * - `refusing`: nothing is accepted but what a dying process writes.
 *
 * Below `refusing` every accepted report counts in its group: detail is given up before counts are.
 */
export const PRESSURE_STAGES = ['normal', 'sampling', 'shedding', 'refusing'] as const;
export type PressureStage = (typeof PRESSURE_STAGES)[number];

/** Shares of the backlog's limit at which a stage begins. What lies above `refusing` is left for dying processes. */
const BEGINS_AT = { sampling: 0.7, shedding: 0.85, refusing: 0.95 } as const;

/** Of the repeats of a failure one in so many is kept whole while sampling. */
export const SAMPLE_EVERY = 10;

/** Message characters that are kept without the rest of the detail. */
const SHORT_MESSAGE = 200;

/** Bytes of disk, as the stage depends on them. */
export interface DiskUse {
  backlogBytes: number;
  maxBacklogBytes: number;
  freeBytes: number;
  minFreeBytes: number;
}

export function pressureStageOf({ backlogBytes, maxBacklogBytes, freeBytes, minFreeBytes }: DiskUse): PressureStage {
  const share = backlogBytes / maxBacklogBytes;
  if (share >= BEGINS_AT.refusing || freeBytes < minFreeBytes) return 'refusing';
  if (share >= BEGINS_AT.shedding) return 'shedding';
  return share >= BEGINS_AT.sampling ? 'sampling' : 'normal';
}

/** Whether a report is turned away while shedding. */
export function isShed({ severity }: Occurrence): boolean {
  return severity === 'low' || severity === 'info';
}

/** A report as it is kept: without detail it carries the group that it had with it. */
export interface KeptReport {
  readonly occurrence: Occurrence;
  readonly grouping?: Grouping | undefined;
}

/** What is left of a repeat when the disk fills up: who, what, when and where. */
export function withoutDetail(occurrence: Occurrence, grouping: Grouping): KeptReport {
  return {
    occurrence: {
      ...occurrence,
      errorMessage: cutText(occurrence.errorMessage, SHORT_MESSAGE),
      stackTrace: null,
      context: { ledger: 'Kept without detail: the disk share of the ledger was filling up' },
      fingerprint: undefined,
      frames: [],
      causes: [],
      tags: {},
      user: null,
      breadcrumbs: [],
      contexts: {},
    },
    grouping,
  };
}
