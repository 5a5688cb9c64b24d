import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#platform/database';
import { RepeatedWork } from '#platform/jobs';
import { AppLogger } from '#platform/observability';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import { ExpiredLeaseService } from './expired-lease.service.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { TaskEndService } from '../attempts/task-end.service.js';

/** Lets a task whose worker died run again within about this time after its lease. */
const EVERY_MS = 1_000;

/** Tasks swept in one transaction. */
const AT_ONCE = 50;

/**
 * Takes tasks back whose lease ran out, and ends those whose deadline passed while they waited. Every process does this:
 * whoever locks a task first, sweeps it.
 */
@Injectable()
export class TaskSweeperService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sweeps = new RepeatedWork(
    EVERY_MS,
    () => this.sweep(),
    (error) =>
      this.logger.warn(`Cannot sweep tasks: ${error instanceof Error ? error.message : String(error)}`, 'Agents'),
  );

  constructor(
    private readonly database: Database,
    private readonly transitions: TaskTransitionRepository,
    private readonly expired: ExpiredLeaseService,
    private readonly ends: TaskEndService,
    private readonly announcer: TaskAnnouncerService,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.sweeps.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.sweeps.stop();
  }

  private async sweep(): Promise<void> {
    await this.expired.sweep();
    while ((await this.endOverdue()) === AT_ONCE);
  }

  private async endOverdue(): Promise<number> {
    const failure = { code: 'TASK.DEADLINE_PASSED', message: 'The deadline passed before the task was done' };
    const { swept, ended } = await this.database.transaction(async (tx) => {
      const ids = await this.transitions.lockOverdue(tx, AT_ONCE);
      const all: string[] = [];
      for (const id of ids) {
        // It may have ended with one that it depended on.
        if (all.includes(id)) continue;
        all.push(...(await this.ends.end(tx, id, { state: 'failed', failure, data: failure })));
      }
      return { swept: ids.length, ended: all };
    });
    this.announcer.ended(ended);
    return swept;
  }
}
