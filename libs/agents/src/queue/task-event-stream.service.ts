import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Principal } from '#platform/security';
import { WakeableSleep } from '../engine/wakeable-sleep.js';
import { assertMaySee, maySee } from '../tasks/task-access.js';
import { FINAL_STATES, isFinal } from '../tasks/task-state.js';
import { type TaskEvent, TaskEventRepository } from '../tasks/task-event.repository.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { CallerStandingService } from '../tasks/caller-standing.service.js';

export type { TaskEvent } from '../tasks/task-event.repository.js';

/** Events read at once. */
const PAGE = 500;

/** How often to look for events; the end of a task is told at once. */
const LOOK_MS = 250;

/** Silence after which a sign of life is sent, so that no proxy takes the connection for dead. */
const SILENCE_MS = 15_000;

/** A stream ends after this long; its reader comes back with its credentials, which may not be valid any more. */
const LONGEST_MS = 300_000;

/** How often it is asked again whether the reader may see the task. */
const JUDGE_MS = 5_000;

/** Nothing happened; the connection is alive. */
export const SIGN_OF_LIFE = Symbol('sign of life');

/**
 * The events of a task as they happen. They are read from the database by their number, so that a reader can go on at another
 * process exactly where it was.
 */
@Injectable()
export class TaskEventStreamService implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly tasks: TaskRepository,
    private readonly events: TaskEventRepository,
    private readonly notifications: TaskNotificationClient,
    private readonly standing: CallerStandingService,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Follows a task until it has ended and its last event is read.
   *
   * @param after number of the last event that the reader knows; 0 for none
   * @returns `undefined` when the task has ended and there is nothing more to read
   * @throws TaskNotFoundException for what the caller may not see too
   */
  async follow(
    taskId: string,
    after: number,
    caller: Principal,
    gone: AbortSignal,
  ): Promise<AsyncGenerator<TaskEvent | typeof SIGN_OF_LIFE> | undefined> {
    const task = await this.tasks.glance(taskId);
    assertMaySee(caller, task);
    if (isFinal(task.state) && (await this.events.list(taskId, after, 1)).length === 0) return undefined;
    return this.read(taskId, after, caller, AbortSignal.any([gone, this.stopping.signal]));
  }

  private async *read(
    taskId: string,
    known: number,
    caller: Principal,
    signal: AbortSignal,
  ): AsyncGenerator<TaskEvent | typeof SIGN_OF_LIFE> {
    const limit = performance.now() + LONGEST_MS;
    let [after, mayBeOver, spokeAt, judgedAt] = [known, false, performance.now(), performance.now()];
    while (!signal.aborted && performance.now() < limit) {
      if (performance.now() - judgedAt > JUDGE_MS) {
        // A worker sees what it holds, and no longer; a key opens nothing when it has ended.
        const task = await this.tasks.glance(taskId);
        if (!task || !maySee(caller, task) || !(await this.standing.isSame(caller))) return;
        judgedAt = performance.now();
      }
      const page = await this.events.list(taskId, after, PAGE);
      for (const event of page) {
        yield event;
        after = event.seq;
        mayBeOver = (FINAL_STATES as readonly string[]).includes(event.type);
      }
      if (page.length > 0) {
        spokeAt = performance.now();
        continue;
      }
      // Somebody may have queued it again: then its story goes on.
      if (mayBeOver && isFinal((await this.tasks.statesOf([taskId])).get(taskId) ?? 'dead')) return;
      if (performance.now() - spokeAt > SILENCE_MS) {
        yield SIGN_OF_LIFE;
        spokeAt = performance.now();
      }
      await this.nextLook(taskId, signal);
    }
  }

  private async nextLook(taskId: string, signal: AbortSignal): Promise<void> {
    const rest = new WakeableSleep();
    const stopListening = this.notifications.listen(({ ended }) => {
      if (ended.includes(taskId)) rest.wakeNow();
    });
    await rest.sleep(0, LOOK_MS, signal);
    stopListening();
  }
}
