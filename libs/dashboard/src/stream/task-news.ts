import type { TaskNotice } from '#agents';

type TaskState = TaskNotice['state'];

/** The state of a task after an event of each type; other events change none. */
const AFTER: Readonly<Record<string, TaskState>> = {
  queued: 'queued',
  retry: 'queued',
  released: 'queued',
  requeued: 'queued',
  approved: 'queued',
  approval_required: 'waiting_approval',
  started: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  dead: 'dead',
};

/**
 * The state that a task had after an event; `undefined` when the event changed none.
 *
 * @param now the state it has now: a worker may have it without having been heard of yet
 */
export function stateAfter(type: string, now?: TaskState): TaskState | undefined {
  const state = Object.hasOwn(AFTER, type) ? AFTER[type] : undefined;
  return state === 'running' && now === 'leased' ? 'leased' : state;
}
