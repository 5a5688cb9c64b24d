import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AppLogger } from '#platform/observability';
import { TaskOutcomes } from './task-outcomes.service.js';

/** Lets a task whose worker died run again within about this time after its lease. */
const EVERY_MS = 1_000;

/** Tasks swept in one transaction. */
const BATCH = 50;

/** Takes tasks back whose lease ran out. Every process does this: whoever locks a task first, sweeps it. */
@Injectable()
export class TaskSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;

  constructor(
    private readonly outcomes: TaskOutcomes,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweep().finally(() => (this.sweeping = undefined));
    }, EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    try {
      while ((await this.outcomes.expire(BATCH)) === BATCH);
    } catch (error) {
      this.logger.warn(`Cannot sweep leases: ${error instanceof Error ? error.message : String(error)}`, 'Agents');
    }
  }
}
