import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { type Page, pageOf } from '#platform/kernel';
import { WakeableSleep } from '../engine/wakeable-sleep.js';
import type { Task } from '../tasks/task.js';
import { assertMaySee, type Caller, scopeOf } from '../tasks/task-access.js';
import { isFinal, type TaskState } from '../tasks/task-state.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';

/** What to look for; everything given must hold. */
export interface TaskSearch {
  readonly agent?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly batchId?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const LIST = 'tasks:id';

/** How often a waiting request looks by itself, for ends that no notification told of. */
const LOOK_MS = 500;

/** Finds tasks, and waits for their end. */
@Injectable()
export class TaskLookupService {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly notifications: TaskNotificationClient,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws TaskNotFoundException for what the caller may not see too */
  async get(id: string, caller: Caller): Promise<Task> {
    const task = await this.tasks.find(id);
    assertMaySee(caller, task);
    return task;
  }

  /** What the caller may see, newest first, a page at a time. */
  async list({ cursor, limit, ...filter }: TaskSearch, caller: Caller): Promise<Page<Task>> {
    const [before] = this.cursors.decode(LIST, cursor) ?? [];
    const rows = await this.tasks.list({
      ...filter,
      before: before === undefined ? undefined : String(before),
      limit: limit + 1,
      scope: scopeOf(caller),
    });
    return pageOf(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /**
   * The task once it has ended or waits for approval, or as it is when the time is over.
   *
   * @throws TaskNotFoundException
   */
  async waitFor(id: string, seconds: number, caller: Caller): Promise<Task> {
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
