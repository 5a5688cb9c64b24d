import { Injectable } from '@nestjs/common';
import { TaskEventRepository } from '../tasks/task-event.repository.js';

/** Tasks whose chains are checked at a time. */
const PAGE = 1_000;

/** Broken chains that are named; all are counted. */
const MAX_NAMED = 100;

/** What checking the chains of all tasks found. */
export interface TaskChainsReport {
  readonly tasks: number;
  readonly brokenCount: number;
  /** The first hundred, each with the first event that is not what was written. */
  readonly broken: readonly { readonly taskId: string; readonly seq: number }[];
}

/** Checks that nobody changed what happened to tasks. */
@Injectable()
export class TaskChainsService {
  constructor(private readonly events: TaskEventRepository) {}

  /** Computes the chain of every task again. */
  async verify(): Promise<TaskChainsReport> {
    const broken: { taskId: string; seq: number }[] = [];
    let [tasks, brokenCount] = [0, 0];
    let after: string | undefined;
    for (;;) {
      const ids = await this.events.taskIds(PAGE, after);
      if (ids.length === 0) return { tasks, brokenCount, broken };
      const found = await this.events.broken(ids);
      tasks += ids.length;
      brokenCount += found.size;
      for (const [taskId, seq] of found) if (broken.length < MAX_NAMED) broken.push({ taskId, seq });
      after = ids.at(-1);
    }
  }
}
