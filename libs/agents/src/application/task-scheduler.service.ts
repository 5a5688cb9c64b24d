import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { AppException, Ids, runInContext } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { AgentRepository } from '../infrastructure/agent.repository.js';
import { nextTime } from '../infrastructure/cron-times.js';
import { type DueSchedule, ScheduleRepository } from '../infrastructure/schedule.repository.js';
import { TaskAnnouncer } from './task-announcer.js';
import { TaskEnqueue } from './task-enqueue.service.js';

const EVERY_MS = 1_000;

/** Schedules served in one transaction. */
const BATCH = 20;

/**
 * Queues the tasks of schedules. Task and next time are committed together, so that each time leads to one task however many
 * processes look. Times that passed while nobody looked lead to one task together.
 */
@Injectable()
export class TaskScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly schedules: ScheduleRepository,
    private readonly agents: AgentRepository,
    private readonly enqueue: TaskEnqueue,
    private readonly announcer: TaskAnnouncer,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => (this.running = undefined));
    }, EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      for (let served = BATCH; served === BATCH;) {
        served = await this.database.transaction(async (tx) => {
          const due = await this.schedules.lockDue(tx, BATCH);
          for (const schedule of due) {
            await runInContext({ correlationId: this.ids.next() }, () => this.serve(tx, schedule));
          }
          return due.length;
        });
        if (served > 0) this.announcer.queued();
      }
    } catch (error) {
      this.logger.warn(`Cannot serve schedules: ${error instanceof Error ? error.message : String(error)}`, 'Agents');
    }
  }

  private async serve(tx: Transaction, schedule: DueSchedule): Promise<void> {
    const { agent, parameters, priority, taskDescription } = schedule;
    const request = { agent, parameters, priority, taskDescription: taskDescription ?? undefined };
    const nextRunAt = nextRunOf(schedule);
    try {
      const checked = this.enqueue.prepare(request, await this.agents.find(agent));
      await this.enqueue.enqueue(tx, [checked], schedule.createdBy);
      await this.schedules.ran(tx, schedule.id, { nextRunAt, taskId: checked.id, error: null });
    } catch (error) {
      // Only what is refused before anything is written leaves the transaction usable.
      if (!(error instanceof AppException)) throw error;
      await this.schedules.ran(tx, schedule.id, { nextRunAt, taskId: null, error: error.message });
    }
  }
}

/** It was valid when it was made; should the zone have vanished since, this schedule ends and not all of them. */
function nextRunOf({ cron, timeZone, now }: DueSchedule): Date | null {
  try {
    return nextTime(cron, timeZone, now);
  } catch {
    return null;
  }
}
