import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { type Page, pageOf } from '#platform/kernel';
import { WorkerNotFoundException } from '../tasks/agents.exceptions.js';
import { type KnownTask, toGlance } from '../tasks/known-task.repository.js';
import { type Caller, managedOwner, maySee } from '../tasks/task-access.js';
import type { KnownWorker } from './known-worker.js';
import { WorkerDirectoryRepository } from './worker-directory.repository.js';

/** A worker with the tasks that it has leases on. */
export interface BusyWorker extends KnownWorker {
  /** Those that whoever asks may see. */
  readonly tasks: readonly KnownTask[];
}

const LIST = 'workers:id';

/** Tasks that are shown of a worker. */
const MOST_TASKS = 100;

/** Shows workers: everybody his own, DEVELOPERs all. */
@Injectable()
export class WorkerDirectoryService {
  constructor(
    private readonly workers: WorkerDirectoryRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /** By registration, newest first, a page at a time. @param isAlive whether only those that were heard of lately, or not */
  async list(
    isAlive: boolean | undefined,
    limit: number,
    cursor: string | undefined,
    caller: Caller,
  ): Promise<Page<KnownWorker>> {
    const [before] = (this.cursors.decode(LIST, cursor) ?? []).map(String);
    const rows = await this.workers.list({ ownerId: managedOwner(caller), isAlive, before, limit: limit + 1 });
    return pageOf(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /** @throws WorkerNotFoundException for what the caller may not see too */
  async get(id: string, caller: Caller): Promise<BusyWorker> {
    const worker = await this.workers.find(id);
    if (!worker || (managedOwner(caller) ?? worker.ownerId) !== worker.ownerId) {
      throw new WorkerNotFoundException('There is no such worker');
    }
    const tasks = await this.workers.heldBy(id, MOST_TASKS);
    return { ...worker, tasks: tasks.filter((task) => maySee(caller, toGlance(task))) };
  }
}
