/** Where a task can be in its life. */
export const TASK_STATES = [
  'queued',
  'leased',
  'running',
  'waiting_approval',
  'succeeded',
  'failed',
  'cancelled',
  'dead',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/**
 * The life of a task, whole: from which state which may follow. Every statement that changes a state asks this table.
 *
 * - `leased`: handed to a worker that has not yet been heard of again; `running`: somebody works on it.
 * - `waiting_approval`: starting it would exceed a budget or the limit of consequential model calls, so a person decides.
 * - `failed`: ended by an error that repeating cannot mend, a deadline or a dependency; `dead`: because every attempt failed.
 * - A task that ended may be queued again by a person (`retry`), except one that succeeded.
 */
const FOLLOWS: Readonly<Record<TaskState, readonly TaskState[]>> = {
  queued: ['leased', 'running', 'waiting_approval', 'failed', 'cancelled'],
  leased: ['running', 'queued', 'succeeded', 'failed', 'cancelled', 'dead'],
  running: ['queued', 'succeeded', 'failed', 'cancelled', 'dead'],
  waiting_approval: ['queued', 'failed', 'cancelled'],
  succeeded: [],
  failed: ['queued'],
  cancelled: ['queued'],
  dead: ['queued'],
};

/** States in which somebody holds a lease on the task. */
export const HELD_STATES = ['leased', 'running'] as const satisfies readonly TaskState[];

/** States of a task that has not ended. */
export const OPEN_STATES = ['queued', 'leased', 'running', 'waiting_approval'] as const satisfies readonly TaskState[];
export type OpenState = (typeof OPEN_STATES)[number];

/** States that a task leaves only when a person asks for it. */
export const FINAL_STATES = ['succeeded', 'failed', 'cancelled', 'dead'] as const satisfies readonly TaskState[];
export type EndedState = (typeof FINAL_STATES)[number];

/** Whether `to` may follow `from`. */
export function canBecome(from: TaskState, to: TaskState): boolean {
  return FOLLOWS[from].includes(to);
}

/** Whether the task has ended. */
export function isFinal(state: TaskState): boolean {
  return (FINAL_STATES as readonly TaskState[]).includes(state);
}

/** Whether somebody holds a lease on the task. */
export function isHeld(state: TaskState): boolean {
  return (HELD_STATES as readonly TaskState[]).includes(state);
}
