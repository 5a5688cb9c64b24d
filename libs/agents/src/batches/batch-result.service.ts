import { Injectable } from '@nestjs/common';
import { BatchNotFoundException } from '../tasks/agents.exceptions.js';
import { type BatchStatus, type OperationState, statusOf } from './batch-status.js';
import { project } from './json-pointer.js';
import type { TaskFailure, TaskOutcome } from '../tasks/task.js';
import { type Caller, maySee, type TaskAccess } from '../tasks/task-access.js';
import { isFinal } from '../tasks/task-state.js';
import { type BatchOperation, BatchRepository } from './batch.repository.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { TaskLookupService } from '../queue/task-lookup.service.js';

/** What became of an operation. */
export interface OperationResult {
  readonly index: number;
  readonly agent: string;
  readonly taskId: string | null;
  /** `refused`: `error` says why. */
  readonly state: OperationState;
  /** All of the output, or with `select` what its pointers lead to, by pointer. */
  readonly output?: unknown;
  /** Whether the output is not shown because all of them together are too large. */
  readonly isLeftOut?: boolean;
  readonly error?: TaskFailure | undefined;
}

/** A batch with what its operations led to so far. */
export interface BatchResult {
  readonly batchId: string;
  readonly status: BatchStatus;
  readonly results: readonly OperationResult[];
}

/** Says what became of batches. */
@Injectable()
export class BatchResultService {
  constructor(
    private readonly batches: BatchRepository,
    private readonly tasks: TaskRepository,
    private readonly lookup: TaskLookupService,
  ) {}

  /**
   * The operations whose tasks the caller may see, once all have ended, or as they are when the time is over.
   *
   * @throws BatchNotFoundException when there are none
   */
  async get(batchId: string, waitSeconds: number, caller: Caller): Promise<BatchResult> {
    const batch = await this.batches.find(batchId);
    if (!batch) throw new BatchNotFoundException();
    const ids = batch.operations.flatMap(({ taskId }) => taskId ?? []);
    // The batch without its tasks: who asked for it may wait for it, and is told what was refused.
    const itself: TaskAccess = { createdBy: batch.createdBy, minimumRole: 'API_USER', heldBy: null };
    if (waitSeconds > 0 && maySee(caller, itself)) await this.lookup.waitForAll(ids, waitSeconds);
    const tasks = new Map((await this.tasks.outcomes(ids)).map((task) => [task.id, task]));
    const results = batch.operations.flatMap((operation, index) => {
      const task = operation.taskId === null ? undefined : tasks.get(operation.taskId);
      return maySee(caller, task ?? itself) ? [toResult(operation, index, task)] : [];
    });
    if (results.length === 0) throw new BatchNotFoundException();
    return { batchId, status: statusOf(results.map(({ state }) => state)), results };
  }
}

function toResult(
  { agent, taskId, select, error }: BatchOperation,
  index: number,
  task?: TaskOutcome,
): OperationResult {
  if (!task) return { index, agent, taskId, state: 'refused', error: error ?? undefined };
  const { state, output, isLeftOut } = task;
  return {
    index,
    agent,
    taskId,
    state,
    ...(state === 'succeeded' && !isLeftOut && { output: select ? project(output, select) : output }),
    ...(isLeftOut && { isLeftOut }),
    ...(isFinal(state) && task.error && { error: task.error }),
  };
}
