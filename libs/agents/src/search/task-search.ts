import type { SearchScope } from '../tasks/task-access.js';
import type { TaskState } from '../tasks/task-state.js';
import type { TaskSummary } from '../tasks/task.js';

/** Which tasks are meant; everything given must hold. */
export interface TaskFilter {
  readonly agent?: string | undefined;
  /** Any of these. */
  readonly states?: readonly TaskState[] | undefined;
  readonly batchId?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly scheduleId?: string | undefined;
  readonly correlationId?: string | undefined;
  /** Made at or after. */
  readonly from?: Date | undefined;
  /** Made before. */
  readonly to?: Date | undefined;
  /** Only what somebody may see; `undefined` is all. */
  readonly scope: SearchScope | undefined;
}

/** A page of the tasks that a filter means. */
export interface TaskPageFilter extends TaskFilter {
  /** Id before which the page begins; newest come first. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** A page of the tasks that a filter means and in whose descriptions a text is. */
export interface TaskTextFilter extends TaskPageFilter {
  readonly text: string;
}

/** What was found of a text. */
export interface TasksOfText {
  readonly tasks: readonly TaskSummary[];
  /** Id up to which was looked, where it was not looked through all; there may be more behind it. */
  readonly end: string | undefined;
}

/** So many tasks of a state are counted, and no more: whoever looks wants to know about how many, and counting all takes as long as there are many. */
export const MOST_COUNTED = 1_000;

/** How many tasks there are in a state, up to `MOST_COUNTED`. */
export interface StateCount {
  readonly state: TaskState;
  readonly count: number;
  /** Whether there are more. */
  readonly isMore: boolean;
}

/** What was counted up to one more than is told. */
export function toStateCount(state: TaskState, counted: number): StateCount {
  return { state, count: Math.min(counted, MOST_COUNTED), isMore: counted > MOST_COUNTED };
}

/**
 * An id is drawn before its task is written, by the clock of the process and not of the database. Between the two lies less than this, in
 * ms: so far beyond a span of time ids are looked at, as they are what indexes have in order.
 */
const APART_MS = 60_000;

/** Ids that tasks of a span of time have: from the first on, before the second. More precise is only the time itself. */
export function idsOfSpan({ from, to }: Pick<TaskFilter, 'from' | 'to'>): [first?: string, last?: string] {
  return [from && firstIdAt(from.getTime() - APART_MS), to && firstIdAt(to.getTime() + APART_MS)];
}

/** The smallest UUID of version 7 of a millisecond (RFC 9562 §5.7). */
function firstIdAt(millis: number): string {
  const hex = Math.max(0, millis).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
