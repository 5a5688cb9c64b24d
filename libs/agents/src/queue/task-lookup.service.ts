import { Injectable } from '@nestjs/common';
import { WakeableSleep } from '../engine/wakeable-sleep.js';
import type { Task } from '../tasks/task.js';
import { assertMaySee, type Caller } from '../tasks/task-access.js';
import { TaskDependencyRepository } from '../tasks/task-dependency.repository.js';
import { isFinal } from '../tasks/task-state.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';

/** Tasks that depend on one which are looked at. */
const MOST_DEPENDENTS = 100;

/** A task as it is shown alone. */
export interface ShownTask extends Task {
  /** Tasks that depend on it and are seen by whoever asks, among the oldest. */
  readonly dependents: readonly string[];
}

/** How often a waiting request looks by itself, for ends that no notification told of. */
const LOOK_MS = 500;

/** Reads tasks, and waits for their end. */
@Injectable()
export class TaskLookupService {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly notifications: TaskNotificationClient,
    private readonly dependencies: TaskDependencyRepository,
  ) {}

  /** @throws TaskNotFoundException for what the caller may not see too */
  async get(id: string, caller: Caller): Promise<ShownTask> {
    const task = await this.tasks.find(id);
    assertMaySee(caller, task);
    const dependents = task.hasDependents ? await this.dependencies.seenDependentsOf(id, caller, MOST_DEPENDENTS) : [];
    return { ...task, dependents };
  }

  /**
   * The task once it has ended or waits for approval, or as it is when the time is over.
   *
   * @throws TaskNotFoundException
   */
  async waitFor(id: string, seconds: number, caller: Caller): Promise<ShownTask> {
    await this.waitForAll([id], seconds);
    return this.get(id, caller);
  }

  /** Resolves when all have ended or wait for approval, or the time is over. */
  async waitForAll(ids: readonly string[], seconds: number): Promise<void> {
    const open = new Set(ids);
    const limit = performance.now() + seconds * 1000;
    const rest = new WakeableSleep();
    const stopListening = this.notifications.listen(({ ended }) => {
      for (const id of ended) open.delete(id);
      if (open.size === 0) rest.wakeNow();
    });
    try {
      while (open.size > 0) {
        for (const [id, state] of await this.tasks.statesOf([...open])) {
          // What waits for a person is not worth waiting for.
          if (isFinal(state) || state === 'waiting_approval') open.delete(id);
        }
        const left = limit - performance.now();
        if (open.size === 0 || left <= 0) return;
        await rest.sleep(0, Math.min(left, LOOK_MS));
      }
    } finally {
      stopListening();
    }
  }
}
