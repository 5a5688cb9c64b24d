import { isFinal, TASK_STATES, type TaskState } from '../tasks/task-state.js';

/** `refused`: the operation led to no task. */
export const OPERATION_STATES = [...TASK_STATES, 'refused'] as const;
export type OperationState = TaskState | 'refused';

/** `running` until every operation has ended; then by how many succeeded: all, none or some. */
export const BATCH_STATUSES = ['running', 'succeeded', 'failed', 'partial'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** @param states of the operations; of many, each state that occurs is enough */
export function statusOf(states: readonly OperationState[]): BatchStatus {
  if (states.some((state) => state !== 'refused' && !isFinal(state))) return 'running';
  if (states.every((state) => state === 'succeeded')) return 'succeeded';
  return states.includes('succeeded') ? 'partial' : 'failed';
}
